//! The bad server. First it only carries calls to a good one and remembers the replies; then it answers with what it
//! remembers, changed.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use reqwest::{Client, Method};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::mutation::{self, Dice};
use super::tape::{Reply, Tape};

/// A call as far as replies are chosen by it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    pub method: String,
    pub target: String,
    path: String,
    /// The path with identifiers left out.
    pattern: String,
}

impl Asked {
    pub fn new(method: &str, target: &str) -> Self {
        let path = target.split('?').next().unwrap_or_default().to_owned();
        let named = path
            .split('/')
            .map(|part| if part.len() > 1 && part.contains(|c: char| c.is_ascii_digit()) { ":" } else { part });
        let named: Vec<&str> = named.collect();
        let pattern = format!("{method} {}", named.join("/"));
        Self { method: method.to_owned(), target: target.to_owned(), path, pattern }
    }

    fn resembles(&self, other: &Self) -> bool {
        self.method == other.method && self.path == other.path
    }
}

/// How a step is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mood {
    /// As recorded.
    Good,
    /// A reply in four is changed.
    Calm,
    /// Most are.
    Wild,
    /// Most are, and the same call gets the same answer for the whole step: lists that never end.
    Stubborn,
}

/// What the server is about.
pub struct Stage {
    tapes: Vec<Tape>,
    tape: usize,
    step: usize,
    /// Where on the step's tape the last reply was.
    place: usize,
    mood: Mood,
    seed: u64,
    dice: Dice,
    said: BTreeMap<String, Vec<u8>>,
    /// Where to carry calls to, while recording.
    good: Option<SocketAddr>,
    /// Replies that were changed, or could have been.
    pub served: u64,
}

/// The stage, shared with the connections.
#[derive(Clone)]
pub struct Server {
    pub address: SocketAddr,
    stage: Arc<Mutex<Stage>>,
}

impl Server {
    /// Starts to listen.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let stage = Arc::new(Mutex::new(Stage {
            tapes: Vec::new(),
            tape: 0,
            step: 0,
            place: 0,
            mood: Mood::Good,
            seed: 0,
            dice: Dice::new(0),
            said: BTreeMap::new(),
            good: None,
            served: 0,
        }));
        let shared = Arc::clone(&stage);
        tokio::spawn(async move {
            loop {
                // Who hung up before being heard is no reason to stop listening.
                let Ok((stream, _)) = listener.accept().await else { continue };
                let stage = Arc::clone(&shared);
                // A connection that was broken off is no news.
                tokio::spawn(async move { talk(stream, &stage).await.unwrap_or_default() });
            }
        });
        Self { address, stage }
    }

    pub fn stage(&self) -> MutexGuard<'_, Stage> {
        self.stage.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Stage {
    /// From now on, carries to a good server and records on a new tape.
    pub fn record(&mut self, good: SocketAddr, others: &[Reply]) {
        self.tapes.push(Tape { steps: Vec::new(), others: others.to_vec() });
        self.tape = self.tapes.len() - 1;
        self.good = Some(good);
    }

    /// From now on, answers by this seed.
    pub fn shuffle(&mut self, seed: u64) {
        self.good = None;
        self.seed = seed;
        self.dice = Dice::new(seed);
        self.tape = self.dice.roll(self.tapes.len());
    }

    /// Which of the recordings is played.
    pub fn tape(&self) -> usize {
        self.tape
    }

    /// The round goes on to this step.
    pub fn step(&mut self, step: usize) {
        (self.step, self.place) = (step, 0);
        self.said.clear();
        if self.good.is_some() {
            self.tapes[self.tape].steps.resize(step + 1, Vec::new());
            return;
        }
        // A step is the same however many calls the steps before it took.
        self.dice = Dice::new(self.seed.wrapping_mul(4099).wrapping_add(step as u64));
        // The first step is mostly good: an instance that does not say what it can do is asked for little.
        let calm = if step == 0 { 70 } else { 8 };
        self.mood = match self.dice.roll(100) {
            n if n < calm => Mood::Good,
            n if n < 55 => Mood::Calm,
            n if n < 85 => Mood::Wild,
            _ => Mood::Stubborn,
        };
    }

    fn keep(&mut self, reply: Reply) {
        let (tape, step) = (self.tape, self.step);
        self.tapes[tape].steps[step].push(reply);
    }

    /// The next reply to this call on the step's tape, else one like it, else any.
    fn choose(&mut self, asked: &Asked) -> Reply {
        let tape = &self.tapes[self.tape];
        let step = tape.steps.get(self.step).map_or(&[][..], Vec::as_slice);
        if !self.dice.chance(8) {
            let same = |reply: &Reply| reply.asked == *asked;
            let like = |reply: &Reply| reply.asked.resembles(asked);
            let after = |fits: &dyn Fn(&Reply) -> bool| {
                let places = (self.place..step.len()).chain(0..self.place.min(step.len()));
                places.into_iter().find(|place| fits(&step[*place]))
            };
            if let Some(place) = after(&same).or_else(|| after(&like)) {
                self.place = place + 1;
                return step[place].clone();
            }
        }
        let all: Vec<&Reply> = tape.steps.iter().flatten().chain(&tape.others).collect();
        let fits: Vec<&Reply> = all.iter().filter(|reply| reply.asked.pattern == asked.pattern).copied().collect();
        let among = if fits.is_empty() || self.dice.chance(15) { all } else { fits };
        among[self.dice.roll(among.len())].clone()
    }

    fn answer(&mut self, asked: &Asked) -> Vec<u8> {
        self.served += 1;
        let name = format!("{} {}", asked.method, asked.path);
        if let Some(said) = self.said.get(&name) {
            return said.clone();
        }
        let reply = self.choose(asked);
        let changed = match self.mood {
            Mood::Good => 0,
            Mood::Calm => 25,
            Mood::Wild => 80,
            Mood::Stubborn => 60,
        };
        let bytes = if self.dice.chance(changed) { self.changed(&reply) } else { written(&reply) };
        if self.mood == Mood::Stubborn {
            self.said.insert(name, bytes.clone());
        }
        bytes
    }

    fn changed(&mut self, reply: &Reply) -> Vec<u8> {
        let dice = &mut self.dice;
        let mut status = reply.status;
        if dice.chance(15) {
            status = dice.pick(&[200, 200, 200, 200, 201, 400, 401, 403, 404, 409, 422, 429, 500, 503]);
        }
        let mut headers = reply.headers.clone();
        if dice.chance(20) {
            change_headers(&mut headers, dice);
        }
        let body = match &reply.value {
            Some(value) if dice.chance(92) => mutation::mutated(value, dice).into_bytes(),
            _ => mutation::broken(&reply.text, dice),
        };
        let said = if dice.chance(2) { body.len() + 7 } else { body.len() };
        assembled(status, &headers, (&body, said))
    }
}

fn change_headers(headers: &mut Vec<(String, String)>, dice: &mut Dice) {
    let (name, value) = dice.pick(&[
        ("content-type", "text/html; charset=utf-8"),
        ("content-type", ""),
        ("content-type", "application/json; charset=\u{fffd}"),
        ("content-type", "image/png"),
        ("date", "Fri, 31 Dec 9999 23:59:59 GMT"),
        ("date", "Thu, 01 Jan 0000 00:00:00 GMT"),
        ("date", "Mon, 99 Foo 99999999999 99:99:99 GMT"),
        ("date", "Sat, 21 Nov 2026 10:00:00 GMT"),
        ("date", "é"),
        ("retry-after", "4294967295"),
        ("retry-after", "-1"),
        ("retry-after", "Fri, 31 Dec 9999 23:59:59 GMT"),
        ("retry-after", "1e9"),
        ("retry-after", "0"),
        ("set-cookie", "=;;=\u{fffd}; Path"),
        ("set-cookie", "session=é"),
        ("location", "/login?next=é"),
    ]);
    headers.retain(|(known, _)| known != name);
    headers.push((name.to_owned(), value.to_owned()));
}

fn written(reply: &Reply) -> Vec<u8> {
    assembled(reply.status, &reply.headers, (reply.text.as_bytes(), reply.text.len()))
}

/// A reply's bytes; a length that is not the body's leaves the reader waiting, so the connection is closed then.
fn assembled(status: u16, headers: &[(String, String)], (body, said): (&[u8], usize)) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {status} Ok\r\ncontent-length: {said}\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    let mut bytes = head.into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

/// Answers the calls of one connection until it is closed.
async fn talk(mut stream: TcpStream, stage: &Mutex<Stage>) -> Option<()> {
    stream.set_nodelay(true).ok()?;
    let lock = || stage.lock().unwrap_or_else(PoisonError::into_inner);
    let mut pending = Vec::new();
    loop {
        let call = read(&mut stream, &mut pending).await?;
        let good = lock().good;
        let bytes = if let Some(good) = good {
            let reply = carried(&call, good).await;
            let bytes = written(&reply);
            lock().keep(reply);
            bytes
        } else {
            lock().answer(&call.asked)
        };
        stream.write_all(&bytes).await.ok()?;
        if is_short(&bytes) {
            return None;
        }
    }
}

/// Whether less follows the head of a reply than it says.
fn is_short(bytes: &[u8]) -> bool {
    let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else { return true };
    let head = String::from_utf8_lossy(&bytes[..end]);
    let said = head.split("content-length: ").nth(1).and_then(|rest| rest.split("\r\n").next()?.parse().ok());
    said != Some(bytes.len() - end - 4)
}

struct Call {
    asked: Asked,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

/// One call; what came after it stays in `pending`.
async fn read(stream: &mut TcpStream, pending: &mut Vec<u8>) -> Option<Call> {
    let end = loop {
        if let Some(end) = pending.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(pending).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8(pending[..end].to_vec()).ok()?;
    let mut lines = head.split("\r\n");
    let mut first = lines.next()?.split(' ');
    let asked = Asked::new(first.next()?, first.next()?);
    let headers: Vec<(String, String)> =
        lines.filter_map(|line| line.split_once(": ")).map(|(n, v)| (n.to_lowercase(), v.to_owned())).collect();
    let length = headers.iter().find(|(name, _)| name == "content-length").map_or(Some(0), |(_, v)| v.parse().ok())?;
    while pending.len() < end + 4 + length {
        if stream.read_buf(pending).await.ok()? == 0 {
            return None;
        }
    }
    let rest = pending.split_off(end + 4 + length);
    let body = std::mem::replace(pending, rest).split_off(end + 4);
    Some(Call { asked, headers, body })
}

/// The good server's reply, with the headers that adapters read.
async fn carried(call: &Call, to: SocketAddr) -> Reply {
    let client = Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
    let method: Method = call.asked.method.parse().unwrap();
    let mut request = client.request(method, format!("http://{to}{}", call.asked.target));
    for (name, value) in &call.headers {
        if !matches!(name.as_str(), "host" | "content-length" | "connection") {
            request = request.header(name, value);
        }
    }
    let response = request.body(call.body.clone()).send().await.unwrap();
    let read = ["content-type", "date", "retry-after", "set-cookie", "location"];
    let told = |name: &&str| Some(((*name).to_owned(), response.headers().get(*name)?.to_str().ok()?.to_owned()));
    let headers: Vec<(String, String)> = read.iter().filter_map(told).collect();
    let status = response.status().as_u16();
    Reply::new(call.asked.clone(), status, headers, response.text().await.unwrap())
}
