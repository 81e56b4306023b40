use super::kitchen::{alice, order, send};

#[track_caller]
fn assert_wrong(fields: Vec<String>, expected: &[&str]) {
    assert_eq!(fields, expected);
}

#[tokio::test]
async fn a_missing_field_is_required() {
    assert_wrong(order(r#"{"dish": "soup"}"#).await.wrong_fields(), &["count: required"]);
    assert_wrong(order(r#"{"dish": "soup", "count": null}"#).await.wrong_fields(), &["count: required"]);
}

#[tokio::test]
async fn a_field_of_another_type_is_of_wrong_type() {
    for count in ["\"1\"", "1.0", "1e2", "true", "[]", "{}"] {
        let reply = order(&format!(r#"{{"dish": "soup", "count": {count}}}"#)).await;
        assert_wrong(reply.wrong_fields(), &["count: wrong_type"]);
    }
    assert_wrong(order(r#"{"dish": 5, "count": 1}"#).await.wrong_fields(), &["dish: wrong_type"]);
    let urgent = order(r#"{"dish": "soup", "count": 1, "urgent": "yes"}"#).await;
    assert_wrong(urgent.wrong_fields(), &["urgent: wrong_type"]);
}

#[tokio::test]
async fn a_number_beyond_64_bits_is_out_of_range() {
    let reply = order(r#"{"dish": "soup", "count": 9223372036854775808}"#).await;
    assert_wrong(reply.wrong_fields(), &["count: out_of_range"]);
}

#[tokio::test]
async fn an_unknown_field_is_unknown_and_all_faults_are_told_together() {
    let reply = order(r#"{"count": "x", "dihs": "soup", "urgent": 1}"#).await;
    let all = ["dish: required", "count: wrong_type", "urgent: wrong_type", "dihs: unknown"];
    assert_wrong(reply.wrong_fields(), &all);
}

#[tokio::test]
async fn an_optional_field_may_be_absent_or_null() {
    let absent = order(r#"{"dish": "soup", "count": 1}"#).await;
    let null = order(r#"{"dish": "soup", "count": 1, "tableNote": null}"#).await;
    assert_eq!((absent.status.as_u16(), null.status.as_u16()), (201, 201));
    assert_eq!(absent.json().get("tableNote"), None);
    assert_eq!(absent.body, null.body);
}

#[tokio::test]
async fn broken_json_is_a_bad_format_of_the_whole_body() {
    for body in ["{", r#"{"dish": "soup", "count": 1"#, r#"{"dish": 'soup'}"#, "{} {}", r#"{"dish":"a","dish":"b"}"#] {
        assert_wrong(order(body).await.wrong_fields(), &[": bad_format"]);
    }
}

#[tokio::test]
async fn a_body_that_is_no_object_is_refused_as_a_whole() {
    assert_wrong(order("").await.wrong_fields(), &[": required"]);
    assert_wrong(order("[]").await.wrong_fields(), &[": wrong_type"]);
    assert_wrong(order("\"soup\"").await.wrong_fields(), &[": wrong_type"]);
    assert_wrong(order("null").await.wrong_fields(), &[": wrong_type"]);
}

#[tokio::test]
async fn a_wrong_query_parameter_is_named() {
    let look = async |query: &str| send(alice("GET", &format!("/api/orders/soup?{query}")), "").await;
    assert_wrong(look("limit=ten").await.wrong_fields(), &["limit: wrong_type"]);
    assert_wrong(look("limit=").await.wrong_fields(), &["limit: wrong_type"]);
    assert_wrong(look("limit=99999999999999999999").await.wrong_fields(), &["limit: out_of_range"]);
    assert_wrong(look("limit=1&limit=2").await.wrong_fields(), &["limit: bad_format"]);
}

#[tokio::test]
async fn an_unknown_query_parameter_is_ignored() {
    let reply = send(alice("GET", "/api/orders/soup?utm_source=proxy&limit=7"), "").await;
    assert_eq!((reply.status.as_u16(), reply.json()["count"].as_i64()), (200, Some(7)));
}

#[tokio::test]
async fn no_answer_repeats_the_value_that_was_refused() {
    let reply = order(r#"{"dish": "soup", "count": "hunter2"}"#).await;
    assert!(!String::from_utf8(reply.body).unwrap().contains("hunter2"));
}
