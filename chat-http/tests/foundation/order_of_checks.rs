use axum::body::Body;
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use std::{
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use super::kitchen::{alice, send, stranger};

/// 5 MB of spaces in pieces, and how many pieces were taken so far.
fn five_megabytes() -> (Body, Arc<AtomicUsize>) {
    let taken = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&taken);
    let pieces = stream::iter(0..5_000).map(move |_| {
        count.fetch_add(1, Ordering::Relaxed);
        Ok::<_, Infallible>(Bytes::from_static(&[b' '; 1_000]))
    });
    (Body::from_stream(pieces), taken)
}

#[tokio::test]
async fn the_route_comes_before_the_caller() {
    assert_eq!(send(stranger("POST", "/api/nowhere"), "").await.code(), "route_not_found");
    assert_eq!(send(stranger("PUT", "/api/orders"), "").await.code(), "method_not_allowed");
}

#[tokio::test]
async fn the_caller_comes_before_the_size_and_nothing_is_read_for_a_stranger() {
    let (body, taken) = five_megabytes();
    assert_eq!(send(stranger("POST", "/api/orders"), body).await.code(), "unauthenticated");
    assert_eq!(taken.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn the_caller_comes_before_path_and_query() {
    assert_eq!(send(stranger("GET", "/api/orders/soup?limit=ten"), "").await.code(), "unauthenticated");
}

#[tokio::test]
async fn the_size_comes_before_the_content_type() {
    let (body, _) = five_megabytes();
    let reply = send(alice("POST", "/api/orders").header("content-type", "text/plain"), body).await;
    assert_eq!(reply.code(), "too_large");
}

#[tokio::test]
async fn an_announced_size_is_believed_and_who_asks_first_sends_nothing() {
    let (body, taken) = five_megabytes();
    let request = alice("POST", "/api/orders").header("content-length", "5000000").header("expect", "100-continue");
    assert_eq!(send(request, body).await.code(), "too_large");
    assert_eq!(taken.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn the_content_type_comes_before_the_shape() {
    assert_eq!(send(alice("POST", "/api/orders"), "{").await.code(), "unsupported_media_type");
    let text = alice("POST", "/api/orders").header("content-type", "text/plain");
    assert_eq!(send(text, "{").await.code(), "unsupported_media_type");
}

#[tokio::test]
async fn the_shape_comes_before_the_rules() {
    let json = || alice("POST", "/api/orders").header("content-type", "application/json; charset=utf-8");
    assert_eq!(send(json(), r#"{"dish": "gold"}"#).await.code(), "invalid_request");
    assert_eq!(send(json(), r#"{"dish": "gold", "count": 1}"#).await.code(), "insufficient_coins");
}

#[tokio::test]
async fn a_body_of_64_kib_is_taken_and_one_byte_more_is_not() {
    let order = br#"{"dish": "soup", "count": 1}"#;
    let padded = |size: usize| [order.as_slice(), &vec![b' '; size - order.len()]].concat();
    let json = || alice("POST", "/api/orders").header("content-type", "application/json");
    assert_eq!(send(json(), padded(65_536)).await.status.as_u16(), 201);
    assert_eq!(send(json(), padded(65_537)).await.code(), "too_large");
}
