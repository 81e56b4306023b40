//! The page of the frames, where the chat is mounted under a prefix.

use super::town::Town;

#[tokio::test]
async fn the_page_of_frames_runs_its_own_files_alone_and_its_links_lead_somewhere() {
    let nobody = Town::new().await.nobody();
    let page = nobody.get("/api/docs/frames").await;
    assert_eq!((page.status.as_u16(), page.header("content-type")), (200, "text/html; charset=utf-8"));
    let policy = page.header("content-security-policy");
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    let html = String::from_utf8(page.body.clone()).unwrap();
    assert!(!html.contains("style=") && html.matches("<script").count() == html.matches("<script src=").count());
    let links = html.split("href=\"").chain(html.split("src=\"")).skip(1).filter_map(|rest| rest.split_once('"'));
    let links: Vec<_> = links.map(|(link, _)| link).filter(|link| link.contains('/') || *link == "errors").collect();
    assert!(links.contains(&"frames/try.js") && links.contains(&"../asyncapi.json"), "{links:?}");
    for link in links.into_iter().filter(|link| !link.starts_with("data:")) {
        // The page is at /chat/api/docs/frames.
        let path = link.strip_prefix("../").map_or_else(|| format!("/api/docs/{link}"), |link| format!("/api/{link}"));
        assert_eq!(nobody.get(&path).await.status.as_u16(), 200, "{link}");
    }
}
