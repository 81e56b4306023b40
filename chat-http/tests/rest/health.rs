use super::town::Town;

#[tokio::test]
async fn a_server_is_ready_while_its_store_answers() {
    let town = Town::new().await;
    for path in ["/healthz", "/readyz"] {
        let reply = town.nobody().get(path).await;
        assert_eq!((reply.status.as_u16(), reply.body.as_slice()), (200, b"ok\n".as_slice()), "{path}");
    }
    town.store.close().await;
    assert_eq!(town.nobody().get("/healthz").await.status.as_u16(), 200);
    let reply = town.nobody().get("/readyz").await;
    assert_eq!(reply.header("retry-after"), "1");
    reply.refused(503, "store_unavailable");
}
