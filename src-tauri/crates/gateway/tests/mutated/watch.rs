//! Runs a storm on a thread of its own and notices when it panics or no longer moves.

use std::collections::BTreeMap;
use std::fmt;
use std::panic::{self, PanicHookInfo};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Mutex, Once, PoisonError};
use std::thread;
use std::time::Duration;

/// Time after which a call of an adapter is taken to go on for ever. Good ones take a few milliseconds, but this is no
/// measurement: a machine with more to do than it can may let a call wait for seconds.
const CALL_WITHIN: Duration = Duration::from_secs(60);
/// Longest time until the first call.
const READY_WITHIN: Duration = Duration::from_secs(60);
/// What the threads' names begin with.
const PREFIX: &str = "mutated-";

/// Panics of watched threads: thread, and place with message.
static PANICS: Mutex<Vec<(String, String)>> = Mutex::new(Vec::new());

/// The number in a variable.
pub fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// Tells the watcher that something moves.
#[derive(Clone)]
pub struct Pulse(Sender<(u64, String)>, u64);

impl Pulse {
    /// The pulse of the round of this seed.
    pub fn of(&self, seed: u64) -> Self {
        Self(self.0.clone(), seed)
    }

    /// A call begins.
    pub fn beat(&self, call: impl fmt::Debug) {
        // Nobody listens any more once the test has failed.
        let _sent = self.0.send((self.1, format!("{call:?}")));
    }
}

/// What went wrong, each kind once, with its count and its first seed and step.
#[derive(Default)]
pub struct Findings(BTreeMap<String, (u64, u64, String)>);

impl Findings {
    pub fn add(&mut self, what: &str, seed: u64, step: impl fmt::Debug) {
        // Numbers differ from case to case; the kind does not.
        let kind: String = what.chars().take(300).collect();
        if self.0.len() < 100 || self.0.contains_key(&kind) {
            self.0.entry(kind).or_insert_with(|| (0, seed, format!("{step:?}"))).0 += 1;
        }
    }

    /// Takes up the panics of this thread since it was asked last.
    pub fn panicked(&mut self, seed: u64, step: impl fmt::Debug) {
        for what in taken() {
            self.add(&what, seed, &step);
        }
    }
}

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} kinds of breaches", self.0.len())?;
        let line = |(what, (times, seed, step)): (&String, &(u64, u64, String))| {
            format!("\n{times} × {what}\n    PURSER_SEED={seed}, {step}")
        };
        self.0.iter().try_for_each(|row| f.write_str(&line(row)))
    }
}

/// The panics of this thread so far, once.
fn taken() -> Vec<String> {
    let mut panics = PANICS.lock().unwrap_or_else(PoisonError::into_inner);
    let name = thread::current().name().unwrap_or_default().to_owned();
    let (mine, others) = panics.drain(..).partition(|(thread, _)| *thread == name);
    *panics = others;
    let mine: Vec<(String, String)> = mine;
    mine.into_iter().map(|(_, what)| what).collect()
}

/// Remembers the panics of watched threads and leaves the others alone.
fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |info: &PanicHookInfo<'_>| {
            let thread = thread::current().name().unwrap_or_default().to_owned();
            if thread.starts_with(PREFIX) {
                PANICS.lock().unwrap_or_else(PoisonError::into_inner).push((thread, info.to_string()));
            } else {
                usual(info);
            }
        }));
    });
}

/// Runs a storm; fails when it found something, stopped moving or panicked itself.
pub fn watched(name: &str, storm: impl FnOnce(&Pulse) -> (u64, Findings) + Send + 'static) {
    listen();
    let (beats, heard) = mpsc::channel();
    let thread = thread::Builder::new().name(format!("{PREFIX}{name}"));
    let running = thread.spawn(move || storm(&Pulse(beats, 0))).unwrap();
    let (mut last, mut within) = ((0, String::new()), READY_WITHIN);
    loop {
        match heard.recv_timeout(within) {
            Ok(beat) => (last, within) = (beat, CALL_WITHIN),
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {
                panic!("{name} did not come back; PURSER_SEED={} repeats it: {}", last.0, last.1)
            }
        }
    }
    let Ok((inputs, findings)) = running.join() else {
        let why = PANICS.lock().unwrap_or_else(PoisonError::into_inner).clone();
        panic!("{name}: the storm itself stopped at seed {}, {}: {why:?}", last.0, last.1);
    };
    eprintln!("{name}: {inputs} inputs; {findings}");
    assert!(findings.0.is_empty(), "{name}: {findings}");
    assert!(inputs > 0, "{name} was never asked");
}
