use super::kitchen::{order, send, stranger};

#[tokio::test]
async fn the_page_loads_only_relative_files_that_are_there() {
    let page = send(stranger("GET", "/api/docs"), "").await;
    let html = String::from_utf8(page.body.clone()).unwrap();
    assert_eq!(page.status.as_u16(), 200);
    assert!(!html.contains("http:") && !html.contains("https:") && !html.contains("//"));
    let links = html.split("href=\"").chain(html.split("src=\"")).skip(1).filter_map(|rest| rest.split_once('"'));
    let links: Vec<_> = links.map(|(link, _)| link).filter(|link| link.contains('.') || link.contains('/')).collect();
    assert!(links.contains(&"docs/swagger-ui.js") && links.contains(&"docs/start.js"), "{links:?}");
    for link in links {
        // The page is at /chat/api/docs, so that its links start from /chat/api/.
        let reply = send(stranger("GET", &format!("/api/{link}")), "").await;
        assert_eq!(reply.status.as_u16(), 200, "{link}");
    }
}

#[tokio::test]
async fn the_page_may_run_its_own_files_alone() {
    let page = send(stranger("GET", "/api/docs"), "").await;
    let policy = page.header("content-security-policy");
    assert!(policy.contains("default-src 'none'") && policy.contains("script-src 'self';"), "{policy}");
    let html = String::from_utf8(page.body.clone()).unwrap();
    assert!(html.matches("<script").count() == html.matches("<script src=").count());
}

#[tokio::test]
async fn the_type_of_a_problem_leads_to_the_explanation_of_its_code() {
    let problem = order(r#"{"dish": "gold", "count": 1}"#).await.json();
    let (page, anchor) = problem["type"].as_str().unwrap().split_once('#').unwrap();
    assert_eq!(anchor, "insufficient_coins");
    let reply = send(stranger("GET", page.strip_prefix("/chat").unwrap()), "").await;
    let html = String::from_utf8(reply.body).unwrap();
    assert_eq!(reply.status.as_u16(), 200);
    assert!(html.contains("id=\"insufficient_coins\""));
}
