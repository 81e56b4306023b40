use super::kitchen::{alice, kitchen, order, send, send_to, stranger};

#[tokio::test]
async fn an_unknown_route_is_a_problem() {
    for path in ["/api/nowhere", "/api/orders/a/b", "/api/orders/", "", "/api/docs/nope.js"] {
        assert_eq!(send(stranger("GET", path), "").await.code(), "route_not_found", "{path}");
    }
}

#[tokio::test]
async fn the_root_is_a_problem_where_the_chat_is_not_nested() {
    assert_eq!(send_to(kitchen(), http::Request::get("/"), "").await.code(), "route_not_found");
}

#[tokio::test]
async fn a_path_that_is_no_text_reaches_its_operation_as_a_name_that_nothing_has() {
    assert_eq!(send(alice("GET", "/api/orders/a%ff%C3%A4"), "").await.json()["dish"], "a\u{fffd}ä");
    assert_eq!(send(alice("GET", "/api/%ff"), "").await.code(), "route_not_found");
}

#[tokio::test]
async fn a_path_parameter_is_percent_decoded() {
    let reply = send(alice("GET", "/api/orders/a%40b%2Fc+%C3%A4"), "").await;
    assert_eq!(reply.json()["dish"], "a@b/c+ä");
}

#[tokio::test]
async fn a_wrong_method_is_told_the_right_ones() {
    for (path, allowed) in [("/api/orders", "POST"), ("/api/orders/fish", "GET, HEAD, DELETE")] {
        for method in ["PUT", "OPTIONS", "BREW"] {
            let reply = send(stranger(method, path), "").await;
            assert_eq!((reply.code().as_str(), reply.header("allow")), ("method_not_allowed", allowed));
        }
    }
}

#[tokio::test]
async fn routes_of_axum_refuse_in_the_same_form() {
    let reply = send(stranger("POST", "/api/docs"), "").await;
    assert_eq!((reply.code().as_str(), reply.header("allow")), ("method_not_allowed", "GET,HEAD"));
    let reply = send(stranger("GET", "/api/teapot"), "").await;
    assert_eq!(reply.wrong_fields(), [": bad_format"]);
}

#[tokio::test]
async fn a_panic_is_an_internal_error_that_tells_nothing() {
    let reply = order(r#"{"dish": "bomb", "count": 1}"#).await;
    assert_eq!((reply.status.as_u16(), reply.code().as_str()), (500, "internal"));
    assert!(!String::from_utf8(reply.body).unwrap().contains("/srv/kitchen"));
}

#[tokio::test]
async fn the_router_lives_on_after_a_panic() {
    let router = kitchen();
    let post = || {
        let request = http::Request::builder().method("POST").uri("/api/orders");
        request.header("authorization", "Bearer alice").header("content-type", "application/json")
    };
    let bomb = send_to(router.clone(), post(), r#"{"dish": "bomb", "count": 1}"#).await;
    let soup = send_to(router, post(), r#"{"dish": "soup", "count": 1}"#).await;
    assert_eq!((bomb.status.as_u16(), soup.status.as_u16()), (500, 201));
}

/// In a release build the answer goes out, and the log has the complaint.
#[cfg(debug_assertions)]
#[tokio::test]
async fn a_code_that_the_document_does_not_list_is_met_by_the_tests() {
    assert_eq!(order(r#"{"dish": "secret", "count": 1}"#).await.code(), "internal");
}

#[tokio::test]
async fn head_is_answered_where_get_is() {
    let reply = send(alice("HEAD", "/api/orders/fish"), "").await;
    assert_eq!((reply.status.as_u16(), reply.body.len()), (200, 0));
}
