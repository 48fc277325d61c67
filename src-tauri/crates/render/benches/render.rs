//! What an invoice costs: the first of a process, one after others, and two hundred in a row with the memory they need.
//! Prints a table; `cargo bench -p render`.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a bench prints its table, and has nobody to report to")]
#![allow(clippy::cast_precision_loss, reason = "figures for people")]

#[path = "../tests/invoices/sample.rs"]
mod sample;

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use render::pdf::pdf_batch;
use render::{PdfOptions, pdf};

/// Invoices in the batch.
const BATCH: usize = 200;
/// Invoices whose median is the warm figure.
const WARM: usize = 30;

fn main() {
    let options = PdfOptions::default();
    let normal = sample::normal();
    let (cold, bytes) = timed(|| pdf(&normal, &options).unwrap().len());
    let mut warm: Vec<Duration> = distinct(WARM).iter().map(|document| timed(|| pdf(document, &options)).0).collect();
    warm.sort();
    let before = peak_kib();
    let documents = distinct(BATCH);
    let (batch, ()) = timed(|| pdf_batch(&documents, &options, |_, _| ControlFlow::Continue(())).unwrap());
    println!("invoice, cold                {:>9.1} ms   {bytes} bytes", millis(cold));
    println!("invoice, warm, median of {WARM}  {:>9.1} ms", millis(warm[WARM / 2]));
    for (name, document) in sample::gallery() {
        let (took, bytes) = timed(|| pdf(&document, &options).unwrap().len());
        println!("sample {name:<22}{:>9.1} ms   {bytes} bytes", millis(took));
    }
    println!(
        "{BATCH} invoices                 {:>9.1} ms   {:.1} per second",
        millis(batch),
        BATCH as f64 / batch.as_secs_f64()
    );
    println!("peak memory before the batch {:>9.1} MiB", before as f64 / 1024.0);
    println!("peak memory after the batch  {:>9.1} MiB", peak_kib() as f64 / 1024.0);
}

/// Invoices that differ in number, buyer and figures, so that no cache answers for them.
fn distinct(count: usize) -> Vec<render::InvoiceDocument> {
    let one = |n: usize| {
        let tokens = 1_000_000 + 7919 * u64::try_from(n).unwrap_or(0);
        let lines = ["gpt-4o", "claude-sonnet-4", "gemini-2.5-flash", "deepseek-chat"];
        let lines = lines.iter().map(|model| sample::usage(model, &format!("{}.{n:06}", 40 + n), tokens)).collect();
        let mut document = sample::document(lines, Some("19"));
        document.number = Some(format!("2026-{n:04}"));
        document.buyer.name = format!("Client {n}");
        document
    };
    (0..count).map(one).collect()
}

fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let start = Instant::now();
    let made = work();
    (start.elapsed(), made)
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

/// Peak resident memory of this process in KiB; 0 where the system does not tell.
fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}
