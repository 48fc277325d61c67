//! Cold start and memory of the real window, release build, on a virtual display.
//!
//! The app prints `PURSER_FIRST_PAINT_MS=<n>` on standard error when `PURSER_MEASURE=1`: milliseconds from its start to
//! the first frame that shows data. It opens on the profile that the store's bench filled, or on the one that
//! `PURSER_BENCH_HOME` names; where there is neither, on a new one on the sandbox.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use anyhow::{Context, Result, bail};

use super::figure::Figure;
use super::{INNER_WINDOW, gather, memory};
use crate::step::{cargo, command, run};
use crate::{place, test};

const RUNS: usize = 5;
const PAINT: &str = "PURSER_FIRST_PAINT_MS=";
const PATIENCE: Duration = Duration::from_secs(60);
/// Until the window has fetched what it shows; memory still grows before.
const SETTLE: Duration = Duration::from_secs(4);

/// Builds the release window and measures it on a display and a keyring of its own.
///
/// # Errors
/// A build error, no virtual display, or a window that never paints.
pub fn bench(profile: &Path) -> Result<Vec<Figure>> {
    run(&mut cargo(&["build", "--release", "--package", "purser"]), "the compiler's message above says why")?;
    let me = env::current_exe().context("this program's own path is not known")?;
    let mut inner = if place::on_path("xvfb-run") {
        let mut xvfb = command("xvfb-run");
        xvfb.args(["--auto-servernum", "--server-args=-screen 0 1400x1000x24"]);
        xvfb.arg(place::root().join("tests/with-keyring.sh")).arg(me);
        xvfb
    } else {
        test::with_keyring(&me.to_string_lossy())
    };
    inner.arg(INNER_WINDOW).arg(place::program("release", "purser-desktop"));
    if env::var_os("PURSER_BENCH_HOME").is_none() && profile.join("purser.db").exists() {
        inner.env("PURSER_BENCH_HOME", profile);
    }
    gather("window", &mut inner)
}

/// The inner half: starts the window a few times, prints the figures.
///
/// # Errors
/// The window cannot be started, or never paints.
pub fn measure(args: &[&str]) -> Result<()> {
    let [app] = args else { bail!("`{INNER_WINDOW}` takes the window's program and nothing else") };
    let mut runs = Vec::new();
    for _ in 0..RUNS {
        runs.push(launch(app)?);
    }
    let middle = |of: fn(&Launch) -> u64| {
        let mut values: Vec<u64> = runs.iter().map(of).collect();
        values.sort_unstable();
        (values[values.len() / 2], values[0], values[values.len() - 1])
    };
    let (wall, least, most) = middle(|launch| launch.wall_ms);
    println!("start to first paint, median of {RUNS}  {wall} ms ({least} to {most}) goal <= 1000 ms");
    let (own, least, most) = middle(|launch| launch.own_ms);
    println!("main to first paint, as the app counts  {own} ms ({least} to {most})");
    let (pss, least, most) = middle(|launch| launch.pss_mib);
    println!("process tree, PSS  {pss} MiB ({least} to {most}) goal <= 250 MB");
    Ok(())
}

#[derive(Debug)]
struct Launch {
    wall_ms: u64,
    own_ms: u64,
    pss_mib: u64,
}

fn launch(app: &str) -> Result<Launch> {
    let start = Instant::now();
    let mut running = Running(start_window(app)?);
    let lines = lines_of(&mut running.0)?;
    let own_ms = first_paint(&lines, start)?;
    let wall_ms = u64::try_from(start.elapsed().as_millis())?;
    thread::sleep(SETTLE);
    let pss_mib = memory::tree_pss_mib(running.0.id()).context("this system does not tell PSS")?;
    Ok(Launch { wall_ms, own_ms, pss_mib })
}

fn start_window(app: &str) -> Result<Child> {
    let mut window = Command::new(app);
    if let Some(home) = env::var_os("PURSER_BENCH_HOME") {
        window.env("PURSER_HOME", home);
    } else {
        let home = place::target().join("bench-home");
        if home.exists() {
            fs::remove_dir_all(&home)?;
        }
        fs::create_dir_all(&home)?;
        window.arg("--sandbox").env("PURSER_HOME", home);
    }
    window.env("PURSER_MEASURE", "1").stderr(Stdio::piped());
    window.spawn().with_context(|| format!("`{app}` cannot be started"))
}

fn lines_of(child: &mut Child) -> Result<Receiver<String>> {
    let stderr = child.stderr.take().context("the window's standard error is not ours")?;
    let (send, receive) = channel();
    thread::spawn(move || {
        for line in BufReader::new(stderr).lines().map_while(Result::ok) {
            if send.send(line).is_err() {
                return;
            }
        }
    });
    Ok(receive)
}

fn first_paint(lines: &Receiver<String>, start: Instant) -> Result<u64> {
    let mut heard = Vec::new();
    loop {
        let left = PATIENCE.saturating_sub(start.elapsed());
        let Ok(line) = lines.recv_timeout(left) else {
            bail!("the window never said `{PAINT}…`; it said: {}", heard.join(" | "));
        };
        if let Some(text) = line.trim().strip_prefix(PAINT) {
            return text.parse().with_context(|| format!("`{text}` is not a number of milliseconds"));
        }
        heard.push(line);
    }
}

/// Ends the window, whatever happens. Its web processes end with it.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
