//! The clients' software: real calls with the revealed secrets.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use super::Terms;
use crate::stage;

/// Calls at the same time.
const PARALLEL: usize = 8;
/// Calls of the key that is driven past its budget.
const PAST: usize = 20;

/// One piece of a client's software.
#[derive(Clone)]
pub(crate) struct Caller {
    /// Its key in Purser.
    pub(crate) id: String,
    /// Place of its client in the cast.
    pub(crate) client: usize,
    /// Name of its key.
    pub(crate) name: String,
    pub(crate) secret: String,
    pub(crate) base_url: String,
    /// Whether its budget is small.
    pub(crate) small: bool,
}

impl Terms {
    /// Which model is called, and with which words.
    fn said(&self, dear: bool) -> (&str, String) {
        if dear { (self.dear, self.dear_words.clone()) } else { (self.cheap, stage::WORDS.repeat(20)) }
    }
}

/// What was called: number of answers by key's name, client and status.
#[derive(Default)]
pub(crate) struct Calls(BTreeMap<(String, usize, u16), u64>);

impl Calls {
    fn note(&mut self, caller: &Caller, status: u16) {
        *self.0.entry((caller.name.clone(), caller.client, status)).or_default() += 1;
    }

    pub(crate) fn served_of(&self, client: usize) -> u64 {
        let of = |(key, _): &(&(String, usize, u16), &u64)| key.1 == client && key.2 == 200;
        self.0.iter().filter(of).map(|(_, count)| count).sum()
    }

    pub(crate) fn served(&self) -> u64 {
        self.0.iter().filter(|(key, _)| key.2 == 200).map(|(_, count)| count).sum()
    }

    pub(crate) fn eprint(&self) {
        for ((key, _, status), count) in &self.0 {
            eprintln!("{count:4} × {status} {key}");
        }
    }

    /// Makes so many calls: some drive the key with the small budget past it, the rest are spread over the others.
    pub(crate) async fn make(&mut self, terms: &Terms, callers: &[Caller], all: usize) {
        let small = callers.iter().find(|caller| caller.small).expect("one key has a small budget");
        for _ in 0..PAST {
            let status = stage::say(&terms.http, &small.base_url, &small.secret, terms.said(true)).await;
            self.note(small, status);
        }
        let served = self.served_of(small.client);
        assert!((2..=8).contains(&served), "the budget must stop the key after a few calls, not after {served}");
        let refused: Vec<u16> = self.0.keys().map(|key| key.2).filter(|status| *status != 200).collect();
        assert!(refused.len() == 1 && (400..500).contains(&refused[0]), "past its budget: {refused:?}");
        let others: Vec<Caller> = callers.iter().filter(|caller| !caller.small).cloned().collect();
        self.spread(terms, others, all - PAST).await;
    }

    async fn spread(&mut self, terms: &Terms, callers: Vec<Caller>, all: usize) {
        let (next, callers, mut workers) = (Arc::new(AtomicUsize::new(0)), Arc::new(callers), JoinSet::new());
        for _ in 0..PARALLEL {
            let (next, callers, terms) = (Arc::clone(&next), Arc::clone(&callers), terms.clone());
            workers.spawn(async move {
                let mut answers = Vec::new();
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= all {
                        return answers;
                    }
                    let caller = &callers[number % callers.len()];
                    let said = terms.said(number % 11 == 5);
                    let answer = stage::say(&terms.http, &caller.base_url, &caller.secret, said).await;
                    answers.push((caller.clone(), answer));
                }
            });
        }
        for (caller, status) in workers.join_all().await.into_iter().flatten() {
            assert_eq!(status, 200, "{} is within its limits", caller.name);
            self.note(&caller, status);
        }
    }

    /// Calls with every one of these keys until all answer with a wanted status three times running, which must begin within a
    /// bound in seconds; after how many seconds the first of the three rounds began.
    pub(crate) async fn until(&mut self, terms: &Terms, callers: &[Caller], (wanted, bound): (&[u16], u32)) -> f32 {
        let (start, mut since, mut rounds) = (Instant::now(), None, 0);
        while rounds < 3 {
            let round = start.elapsed();
            let mut all = true;
            for caller in callers {
                let answer = stage::say(&terms.http, &caller.base_url, &caller.secret, terms.said(false)).await;
                assert!(answer == 200 || terms.paused.contains(&answer), "{}: {answer}", caller.name);
                self.note(caller, answer);
                all &= wanted.contains(&answer);
            }
            rounds = if all { rounds + 1 } else { 0 };
            since = if all { since.or(Some(round)) } else { None };
            assert!(all || round <= Duration::from_secs(u64::from(bound) + 1), "not {wanted:?} within {bound} s");
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
        since.unwrap_or_default().as_secs_f32()
    }
}
