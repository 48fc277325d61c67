//! What an invoice costs: the first of a process, one after others, two hundred in a row, and the month end of an agency:
//! every document of two hundred and of a thousand invoices, drawn up side by side, with the memory and the processor time
//! they need. Prints a table; `cargo bench -p render`, or `-- month` for the month end alone.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a bench prints its table, and has nobody to report to")]
#![allow(clippy::cast_precision_loss, reason = "figures for people")]

#[path = "render/month.rs"]
mod month;
#[path = "../tests/invoices/sample.rs"]
mod sample;

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use month::Size;
use render::pdf::pdf_batch;
use render::{PdfOptions, pdf};

/// As in the programs.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Invoices in the batch.
const BATCH: usize = 200;
/// Invoices that are drawn up one after the other, to compare with.
const SINGLE: usize = 60;
/// Invoices whose median is the warm figure.
const WARM: usize = 30;

fn main() {
    let month_only = std::env::args().any(|arg| arg == "month");
    let options = PdfOptions::default();
    let normal = sample::normal();
    let (cold, bytes) = timed(|| pdf(&normal, &options).unwrap().len());
    let mut warm: Vec<Duration> = distinct(WARM).iter().map(|document| timed(|| pdf(document, &options)).0).collect();
    warm.sort();
    println!("invoice, warm, median of {WARM}  {:>9.1} ms", millis(warm[WARM / 2]));
    if !month_only {
        gallery(&options, bytes, cold);
    }
    for (count, size) in [(200, Size::Ordinary), (1000, Size::Ordinary), (200, Size::Large), (1000, Size::Large)] {
        month_end(count, size);
    }
}

/// The first invoice of the process, the samples, and two hundred in a row.
fn gallery(options: &PdfOptions, bytes: usize, cold: Duration) {
    let before = peak_kib();
    let documents = distinct(BATCH);
    let (batch, ()) = timed(|| pdf_batch(&documents, options, |_, _| ControlFlow::Continue(())).unwrap());
    println!("invoice, cold                {:>9.1} ms   {bytes} bytes", millis(cold));
    for (name, document) in sample::gallery() {
        let (took, bytes) = timed(|| pdf(&document, options).unwrap().len());
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

/// Every document of so many invoices, against drawing them up one after the other.
fn month_end(count: u32, size: Size) {
    let invoices = month::invoices(count, size);
    let alone = in_a_row(&invoices);
    let before = processor_time();
    let (took, bytes) = timed(|| month::documents(&invoices));
    let name = format!("month end, {count} {} invoices", if size == Size::Large { "large" } else { "ordinary" });
    println!("{name:<44}  {:.2} s  goal <= {} s", took.as_secs_f64(), f64::from(count) / 100.0);
    println!("{:<44}  {:.2} s", format!("{name}, processor time"), (processor_time() - before).as_secs_f64());
    println!("{:<44}  {:.2}  goal <= 0.71", format!("{name} / in a row"), took.as_secs_f64() / alone.as_secs_f64());
    println!("{:<44}  {:.1} MB of documents", name, bytes as f64 / 1e6);
    println!("{:<44}  {:.0} MiB  goal <= 300 MiB", format!("{name}, peak memory"), peak_kib() as f64 / 1024.0);
}

/// What the same invoices take one after the other, by the first of them.
fn in_a_row(invoices: &[billing::InvoiceDocument]) -> Duration {
    let first = &invoices[..invoices.len().min(SINGLE)];
    let (took, _) = timed(|| first.iter().map(month::every_document).sum::<usize>());
    took.mul_f64(invoices.len() as f64 / first.len() as f64)
}

/// Time all threads of this process had a processor for; zero where the system does not tell.
fn processor_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after = stat.rsplit(')').next().unwrap_or_default();
    let ticks = after.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse::<u64>().ok()).sum::<u64>();
    Duration::from_millis(ticks * 10)
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
