//! A bad line: a reverse proxy that breaks what passes through it, by a seed.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use reqwest::{Client, Method};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What becomes of one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Passes,
    /// Passes, late.
    Slow,
    /// Answered by the line itself; never arrives. The wait of `Retry-After`, where one is told.
    Refused(u16, Option<u8>),
    /// Broken off before it arrives.
    Lost,
    /// Arrives; the reply is lost.
    ReplyLost,
    /// Arrives; the reply is cut off in the middle.
    CutOff,
    /// Arrives; a page of some other server is answered in its place.
    OtherPage,
}

/// Chance, the same for the same seed (`SplitMix64`).
pub struct Dice(AtomicU64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15)))
    }

    /// A number below `sides`.
    pub fn roll(&self, sides: u64) -> u64 {
        let mut z = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % sides
    }

    fn fate(&self) -> Fate {
        match self.roll(40) {
            0 => Fate::Refused(429, Some(0)),
            1 => Fate::Refused(429, None),
            2 => Fate::Refused(500, None),
            3 => Fate::Refused(503, None),
            4 => Fate::Lost,
            5 | 6 => Fate::ReplyLost,
            7 => Fate::CutOff,
            8 => Fate::OtherPage,
            9 => Fate::Slow,
            _ => Fate::Passes,
        }
    }
}

/// Starts a line to a server; the base address to use instead of the server's own.
pub async fn start(to: SocketAddr, seed: u64) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("http://{}", listener.local_addr().unwrap());
    let dice = Arc::new(Dice::new(seed));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let dice = Arc::clone(&dice);
            // A connection that broke is a fate like any other.
            tokio::spawn(async move { carry(stream, to, &dice).await.unwrap_or_default() });
        }
    });
    base_url
}

struct Call {
    method: Method,
    target: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

/// Carries the calls of one connection until one breaks it; `None` once it is broken.
async fn carry(mut stream: TcpStream, to: SocketAddr, dice: &Dice) -> Option<()> {
    loop {
        let call = read(&mut stream).await?;
        let fate = dice.fate();
        match fate {
            Fate::Lost => return None,
            Fate::Refused(status, wait) => {
                let wait = wait.map(|seconds| format!("retry-after: {seconds}\r\n")).unwrap_or_default();
                let reply = format!("HTTP/1.1 {status} No\r\n{wait}content-length: 0\r\n\r\n");
                stream.write_all(reply.as_bytes()).await.ok()?;
                continue;
            }
            Fate::Slow => tokio::time::sleep(Duration::from_millis(30)).await,
            _ => {}
        }
        let (head, body) = forward(&call, to).await?;
        match fate {
            Fate::ReplyLost => return None,
            Fate::CutOff => {
                stream.write_all(head.as_bytes()).await.ok()?;
                stream.write_all(&body[..body.len() / 2]).await.ok()?;
                return None;
            }
            Fate::OtherPage => {
                let page = "<html><body>502 Bad Gateway</body></html>";
                let length = page.len();
                let reply =
                    format!("HTTP/1.1 502 Bad\r\ncontent-type: text/html\r\ncontent-length: {length}\r\n\r\n{page}");
                stream.write_all(reply.as_bytes()).await.ok()?;
            }
            _ => {
                stream.write_all(head.as_bytes()).await.ok()?;
                stream.write_all(&body).await.ok()?;
            }
        }
    }
}

async fn read(stream: &mut TcpStream) -> Option<Call> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8(bytes[..end].to_vec()).ok()?;
    let mut lines = head.split("\r\n");
    let mut first = lines.next()?.split(' ');
    let (method, target) = (first.next()?.parse().ok()?, first.next()?.to_owned());
    let headers: Vec<(String, String)> =
        lines.filter_map(|line| line.split_once(": ")).map(|(n, v)| (n.to_lowercase(), v.to_owned())).collect();
    let length = headers.iter().find(|(name, _)| name == "content-length").map_or(Some(0), |(_, v)| v.parse().ok())?;
    let mut body = bytes[end + 4..].to_vec();
    while body.len() < length {
        if stream.read_buf(&mut body).await.ok()? == 0 {
            return None;
        }
    }
    Some(Call { method, target, headers, body })
}

async fn forward(call: &Call, to: SocketAddr) -> Option<(String, Vec<u8>)> {
    static CLIENT: OnceLock<Client> = OnceLock::new();
    let client = CLIENT.get_or_init(|| {
        let _already = rustls::crypto::ring::default_provider().install_default();
        // The line breaks connections; it does not depend on the server's.
        Client::builder().no_proxy().tls_certs_only([]).pool_max_idle_per_host(0).build().unwrap()
    });
    let mut request = client.request(call.method.clone(), format!("http://{to}{}", call.target));
    for (name, value) in &call.headers {
        if !matches!(name.as_str(), "host" | "content-length" | "connection") {
            request = request.header(name, value);
        }
    }
    let response = request.body(call.body.clone()).send().await.ok()?;
    let mut head = format!("HTTP/1.1 {} Ok\r\n", response.status().as_u16());
    for (name, value) in response.headers() {
        if !matches!(name.as_str(), "content-length" | "transfer-encoding" | "connection") {
            head.push_str(&format!("{name}: {}\r\n", value.to_str().ok()?));
        }
    }
    let body = response.bytes().await.ok()?.to_vec();
    head.push_str(&format!("content-length: {}\r\n\r\n", body.len()));
    Some((head, body))
}
