use std::net::SocketAddr;

use axum::Router;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::get;
use domain::Secret;
use tokio::net::TcpListener;

use super::*;

async fn serve(router: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    address
}

fn http(address: SocketAddr) -> Http {
    Http::new(&format!("http://{address}"), Some(&Secret::new("sk-canary-0001"))).unwrap()
}

#[tokio::test]
async fn the_credential_is_in_one_header_and_redirects_are_not_followed() {
    let echo = |headers: axum::http::HeaderMap| async move {
        let sent = headers.get("authorization").map(|v| v.to_str().unwrap().to_owned()).unwrap_or_default();
        (StatusCode::FOUND, [("location", "https://elsewhere.example/")], sent).into_response()
    };
    let address = serve(Router::new().route("/x", get(echo))).await;
    let reply = http(address).get("/x").query("a", "b c").send().await.unwrap();
    assert_eq!((reply.status, reply.body.as_slice()), (302, &b"Bearer sk-canary-0001"[..]));
    assert_eq!(reply.location.as_deref(), Some("https://elsewhere.example/"));
    let reply = http(address).get("/x").anonymous().send().await.unwrap();
    assert!(reply.body.is_empty(), "an anonymous call carries no credential");
    assert!(!format!("{:?} {reply:?}", http(address)).contains("canary"), "nothing prints the credential");
}

#[tokio::test]
async fn another_credential_replaces_every_part_of_the_first() {
    let echo = |headers: axum::http::HeaderMap| async move {
        let told = |name: &str| headers.get(name).map(|v| v.to_str().unwrap().to_owned()).unwrap_or_default();
        let cookies = [("set-cookie", "session=canary1; Path=/; HttpOnly"), ("set-cookie", "b=2")];
        let body = format!("{}|{}|{}", told("authorization"), told("new-api-user"), told("cookie"));
        (axum::response::AppendHeaders(cookies), body).into_response()
    };
    let address = serve(Router::new().route("/x", get(echo))).await;
    let first = http(address).with_header("new-api-user", &Secret::new("7")).unwrap();
    let (reply, cookies) = first.get("/x").send_for_cookies().await.unwrap();
    assert_eq!(String::from_utf8_lossy(&reply.body), "Bearer sk-canary-0001|7|");
    let cookies = cookies.unwrap();
    assert_eq!(cookies.expose(), "session=canary1; b=2");
    let second = first.with_credential(None).unwrap().with_header("cookie", &cookies).unwrap();
    assert_eq!(String::from_utf8_lossy(&second.get("/x").send().await.unwrap().body), "||session=canary1; b=2");
    assert_eq!(second.get("/x").anonymous().send().await.unwrap().body, b"||");
    assert!(!format!("{second:?} {cookies:?}").contains("canary"), "nothing prints them");
}

#[tokio::test]
async fn a_reply_is_read_to_its_limit_and_quoted_without_secrets() {
    let body = || async { format!("{{\"key\": \"sk-leak-123456789\", \"pad\": \"{}\"", "x".repeat(4000)) };
    let address = serve(Router::new().route("/x", get(body))).await;
    let reply = http(address).get("/x").send().await.unwrap();
    let error = reply.json::<serde_json::Value>().unwrap_err();
    assert_eq!(error.kind, ErrorKind::Malformed);
    assert!(!error.message.contains("leak"), "{error}");
    let error = http(address).body_max(1000).get("/x").send().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Malformed, "{error}");
}

#[tokio::test]
async fn retry_after_is_seconds_or_a_date_on_the_servers_clock() {
    let at = |date: &'static str, after: &'static str| {
        get(move || async move { (StatusCode::TOO_MANY_REQUESTS, [("date", date), ("retry-after", after)], "") })
    };
    let date = "Sat, 21 Nov 2026 00:18:15 GMT";
    let router = Router::new()
        .route("/seconds", at(date, "7"))
        .route("/date", at(date, "Sat, 21 Nov 2026 00:19:00 GMT"))
        .route("/past", at(date, "Fri, 20 Nov 2026 00:19:00 GMT"))
        .route("/words", at(date, "soon"));
    let address = serve(router).await;
    for (path, seconds) in [("/seconds", Some(7)), ("/date", Some(45)), ("/past", Some(0)), ("/words", None)] {
        let reply = http(address).get(path).send().await.unwrap();
        assert_eq!(reply.retry_after, seconds.map(Duration::from_secs), "{path}");
        assert_eq!(reply.date.map(|d| d.to_string()).as_deref(), Some("2026-11-21T00:18:15Z"), "{path}");
    }
}

#[tokio::test]
async fn broken_connections_are_told_apart() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            drop(listener.accept().await.unwrap());
        }
    });
    let reset = http(address).get("/x").send().await.unwrap_err();
    assert_eq!((reset.kind, reset.after), (ErrorKind::Unavailable, Some(Duration::ZERO)), "{reset}");

    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = closed.local_addr().unwrap();
    drop(closed);
    let refused = http(address).get("/x").send().await.unwrap_err();
    assert_eq!(refused.kind, ErrorKind::Unreachable, "{refused}");
    assert!(refused.message.contains("connection refused"), "{refused}");

    let plain = serve(Router::new().route("/x", get(|| async { "hello" }))).await;
    let secure = Http::new(&format!("https://{plain}"), None).unwrap();
    let tls = secure.get("/x").send().await.unwrap_err();
    assert_eq!(tls.kind, ErrorKind::Tls, "{tls}");

    let slow = get(|| async { std::future::pending::<&str>().await });
    let address = serve(Router::new().route("/x", slow)).await;
    let late = http(address).get("/x").within(Duration::from_millis(50)).send().await.unwrap_err();
    assert_eq!((late.kind, late.after), (ErrorKind::Unavailable, None), "{late}");
}

#[test]
fn a_user_and_password_travel_as_basic() {
    let header = basic(&Secret::new("admin:Pässwörd?>")).unwrap();
    assert_eq!(header.to_str().unwrap(), "Basic YWRtaW46UMOkc3N3w7ZyZD8+");
    assert!(header.is_sensitive(), "nothing prints it");
    let error = basic(&Secret::new("hunter2hunter2")).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unauthorized);
    assert!(!format!("{error:?}").contains("hunter2"), "{error}");
}
