//! A gateway that talks: it stands before a real one and, told to, repeats all it hears in its refusals, as real
//! gateways do with keys (litellm.md §3), or hangs up.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// How it answers.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Manner {
    /// As the gateway behind it does.
    Forward,
    /// With this status, and the request in its message.
    Echo(u16),
    /// With this status and a word.
    Refuse(u16),
    /// Not at all, after it has heard everything.
    Drop,
    /// With half of an answer.
    Half,
    /// With a page for people.
    Page,
}

/// A parrot in front of a gateway. It knows the gateway's admin token under another name.
pub(crate) struct Parrot {
    pub(crate) base_url: String,
    ear: Arc<Mutex<Ear>>,
}

struct Ear {
    manner: Manner,
    secrets: Vec<String>,
    behind: String,
    known_as: String,
    token: String,
}

impl Parrot {
    pub(crate) async fn before(base_url: &str, known_as: &str, token: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let own = format!("http://{}", listener.local_addr().expect("an address"));
        let behind = base_url.trim_start_matches("http://").to_owned();
        let (known_as, token) = (known_as.to_owned(), token.to_owned());
        let ear = Ear { manner: Manner::Forward, secrets: Vec::new(), behind, known_as, token };
        let ear = Arc::new(Mutex::new(ear));
        let heard = Arc::clone(&ear);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(stream, Arc::clone(&heard)));
            }
        });
        Self { base_url: own, ear }
    }

    pub(crate) fn behave(&self, manner: Manner) {
        self.ear.lock().expect("an ear").manner = manner;
    }

    /// Every key's secret that was sent.
    pub(crate) fn secrets(&self) -> Vec<String> {
        self.ear.lock().expect("an ear").secrets.clone()
    }
}

/// One request, one answer, and the line is closed.
async fn answer(mut stream: TcpStream, ear: Arc<Mutex<Ear>>) {
    let Some(request) = hear(&mut stream).await else { return };
    let (manner, behind, request) = {
        let mut ear = ear.lock().expect("an ear");
        let said = secrets(&request);
        ear.secrets.extend(said);
        let request = request.replace(&ear.known_as, &ear.token);
        (ear.manner, ear.behind.clone(), (request, ear.known_as.clone(), ear.token.clone()))
    };
    let (request, known_as, token) = request;
    let answer = match manner {
        Manner::Drop => return,
        Manner::Refuse(status) => echo(status, "ask again"),
        Manner::Half => reply(200, "application/json", "{\"product\": \"purser-sandbox\", \"items\": [{\"id\""),
        Manner::Page => reply(200, "text/html", "<!doctype html><title>Sign in</title><h1>Sign in</h1>"),
        Manner::Forward => forward(&behind, &request).await,
        Manner::Echo(status) => echo(status, &request.replace(&token, &known_as)),
    };
    let _gone = stream.write_all(&answer).await;
    let _gone = stream.shutdown().await;
}

pub(crate) async fn hear(stream: &mut TcpStream) -> Option<String> {
    let mut heard = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&heard).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n")
            && body.len() >= length(head)
        {
            return Some(text);
        }
        let mut part = [0; 4096];
        match stream.read(&mut part).await {
            Ok(0) | Err(_) => return None,
            Ok(count) => heard.extend_from_slice(&part[..count]),
        }
    }
}

fn length(head: &str) -> usize {
    let mut lines = head.lines().filter_map(|line| line.split_once(':'));
    let found = lines.find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    found.and_then(|(_, value)| value.trim().parse().ok()).unwrap_or(0)
}

/// `sk-…` in a request to administer.
fn secrets(request: &str) -> Vec<String> {
    let Some((head, body)) = request.split_once("\r\n\r\n") else { return Vec::new() };
    if !head.contains(" /admin/") && !head.contains(" /key/") {
        return Vec::new();
    }
    let of = |part: &str| {
        let tail: String = part.chars().take_while(char::is_ascii_alphanumeric).collect();
        (tail.len() > 20).then(|| format!("sk-{tail}"))
    };
    body.split("sk-").skip(1).filter_map(of).collect()
}

pub(crate) async fn forward(behind: &str, request: &str) -> Vec<u8> {
    let request = request.replacen("\r\n", "\r\nconnection: close\r\n", 1);
    let mut stream = TcpStream::connect(behind).await.expect("the gateway behind");
    stream.write_all(request.as_bytes()).await.expect("it listens");
    let mut reply = Vec::new();
    let _ended = stream.read_to_end(&mut reply).await;
    reply
}

fn echo(status: u16, request: &str) -> Vec<u8> {
    let message = format!("this is refused: {request}");
    let body = serde_json::json!({ "error": { "code": "refused", "type": "auth_error", "message": message } });
    reply(status, "application/json", &body.to_string())
}

pub(crate) fn reply(status: u16, kind: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    let head = format!("HTTP/1.1 {status} Said\r\ncontent-type: {kind}\r\ncontent-length: {length}");
    format!("{head}\r\nconnection: close\r\n\r\n{body}").into_bytes()
}
