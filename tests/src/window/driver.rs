//! WebKitWebDriver: one process on a free port, and the session it opens.

use std::fs::{self, File};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

use crate::Profile;
use crate::process::Group;

/// How long the driver may take to listen, and a session to come about.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running driver. The app it starts is in the same process group and ends with it.
#[derive(Debug)]
pub(super) struct Driver {
    group: Group,
    port: u16,
    log: PathBuf,
}

impl Driver {
    /// Starts a driver whose app will live on this profile. The app inherits the driver's environment.
    pub(super) fn start(profile: &Profile, env: &[(&str, &str)]) -> Result<Self> {
        let display = ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| std::env::var_os(name).is_some());
        ensure!(display, "there is no display; `cargo xtask test` brings a virtual one");
        let port = free_port()?;
        let log = profile.path().join("window.log");
        let output = File::options().create(true).append(true).open(&log).context("the log cannot be written")?;
        let mut driver = Command::new("WebKitWebDriver");
        driver.arg(format!("--port={port}")).arg("--host=127.0.0.1");
        // Without this the app takes no session and the driver waits for ever.
        driver.env("TAURI_WEBVIEW_AUTOMATION", "true").env("PURSER_HOME", profile.path());
        // The accessibility bus is not there under a private D-Bus; looking for it costs each start a second.
        driver.env("NO_AT_BRIDGE", "1").envs(env.iter().copied());
        let group = Group::start(driver.stdout(output.try_clone()?).stderr(output))?;
        let mut driver = Self { group, port, log };
        driver.wait_until_listening()?;
        Ok(driver)
    }

    /// Opens the session, which starts the app. No `browserName`: naming one makes the driver look for that browser.
    pub(super) async fn session(&mut self, app: &Path, args: &[&str]) -> Result<Client> {
        let options = json!({ "webkitgtk:browserOptions": { "binary": app, "args": args } });
        let Value::Object(capabilities) = options else { bail!("capabilities are an object") };
        let mut builder = ClientBuilder::new(HttpConnector::new());
        builder.capabilities(capabilities);
        let url = format!("http://127.0.0.1:{}", self.port);
        let session = tokio::time::timeout(PATIENCE, builder.connect(&url)).await;
        let session = session.with_context(|| format!("no session after {PATIENCE:?}: {}", self.log()))?;
        session.with_context(|| format!("no session with `{}`: {}", app.display(), self.log()))
    }

    pub(super) fn log(&self) -> String {
        String::from_utf8_lossy(&fs::read(&self.log).unwrap_or_default()).into_owned()
    }

    fn wait_until_listening(&mut self) -> Result<()> {
        let start = Instant::now();
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            ensure!(!self.group.ended(), "WebKitWebDriver ended at once: {}", self.log());
            ensure!(start.elapsed() < PATIENCE, "WebKitWebDriver does not listen: {}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }
}

/// A port that was free a moment ago.
fn free_port() -> Result<u16> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).context("no free port on the loopback address")?;
    Ok(listener.local_addr()?.port())
}
