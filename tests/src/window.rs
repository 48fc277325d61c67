//! The real window, driven by WebKitWebDriver.
//!
//! One driver, one session and one process group per [`Window`]; one window at a time, since two on two cores only make
//! each other miss their waits. Every verb waits until what it needs is there. A wait that ends in vain tells what was on
//! the page and leaves a picture in `tests/screenshots/`.

mod by;
mod driver;
mod page;

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use fantoccini::Client;
use fantoccini::elements::Element;
use serde_json::{Value, json};
use tokio::sync::{Mutex, MutexGuard};

use crate::{Profile, place};

pub use by::By;
pub use page::Theme;

static TURN: Mutex<()> = Mutex::const_new(());
static FAILURES: AtomicU32 = AtomicU32::new(0);

/// How long a verb waits for what it needs.
const PATIENCE: Duration = Duration::from_secs(15);
/// How long long work, told by a bar, may take on a busy machine.
const LONG: Duration = Duration::from_secs(300);
const PAUSE: Duration = Duration::from_millis(40);

/// A running desktop app and the session that drives it.
#[derive(Debug)]
pub struct Window {
    client: Client,
    driver: driver::Driver,
    _turn: MutexGuard<'static, ()>,
}

impl Window {
    /// Starts the desktop app on a profile with these arguments and waits until its page is loaded.
    ///
    /// # Errors
    /// The app or WebKitWebDriver is not there, there is no display, or no session came about.
    pub async fn open(profile: &Profile, args: &[&str]) -> Result<Self> {
        Self::open_with(profile, args, &[]).await
    }

    /// As [`Window::open`], with more environment variables for the app.
    ///
    /// # Errors
    /// As [`Window::open`].
    pub async fn open_with(profile: &Profile, args: &[&str], env: &[(&str, &str)]) -> Result<Self> {
        let turn = TURN.lock().await;
        let app = place::program("PURSER_DESKTOP_BIN", "purser-desktop")?;
        let mut driver = driver::Driver::start(profile, env)?;
        let client = driver.session(&app, args).await?;
        let window = Self { client, driver, _turn: turn };
        window.until("the page", async || window.eval("return document.readyState === 'complete'").await).await?;
        Ok(window)
    }

    /// Ends the session and the app.
    ///
    /// # Errors
    /// The driver is gone already.
    pub async fn close(self) -> Result<()> {
        self.client.clone().close().await.context("the session could not be closed")
    }

    /// What the app and the driver have printed so far.
    #[must_use]
    pub fn log(&self) -> String {
        self.driver.log()
    }

    /// Waits for an element that can be seen.
    ///
    /// # Errors
    /// It did not come in time.
    pub async fn wait_for(&self, by: &By) -> Result<Element> {
        let start = Instant::now();
        loop {
            if let Some(element) = self.find(by).await?.into_iter().next() {
                return Ok(element);
            }
            self.pause(start, &format!("{by} is not on the page")).await?;
        }
    }

    /// Waits for an element that only long work brings, such as the first sync of a gateway.
    ///
    /// # Errors
    /// It did not come in time.
    pub async fn wait_long_for(&self, by: &By) -> Result<Element> {
        let start = Instant::now();
        while start.elapsed() < LONG && !self.sees(by).await? {
            tokio::time::sleep(PAUSE).await;
        }
        self.wait_for(by).await
    }

    /// Waits until no such element can be seen.
    ///
    /// # Errors
    /// It was still there in the end.
    pub async fn wait_gone(&self, by: &By) -> Result<()> {
        self.until(&format!("the end of {by}"), async || Ok(json!(self.find(by).await?.is_empty()))).await
    }

    /// Waits until an element's text holds `part`, and gives the whole text.
    ///
    /// # Errors
    /// It did not in time.
    pub async fn wait_text(&self, by: &By, part: &str) -> Result<String> {
        let start = Instant::now();
        loop {
            let text = self.text(by).await?;
            if text.contains(part) {
                return Ok(text);
            }
            self.pause(start, &format!("{by} does not say `{part}` but `{text}`")).await?;
        }
    }

    /// Clicks, as soon as nothing covers the element.
    ///
    /// # Errors
    /// It did not come, or stayed covered.
    pub async fn click(&self, by: &By) -> Result<()> {
        let start = Instant::now();
        loop {
            let Err(error) = self.wait_for(by).await?.click().await else { return Ok(()) };
            self.pause(start, &format!("{by} cannot be clicked: {error}")).await?;
        }
    }

    /// Puts `text` in place of what a field holds.
    ///
    /// # Errors
    /// The field did not come, or takes no text.
    pub async fn fill(&self, by: &By, text: &str) -> Result<()> {
        let field = self.wait_for(by).await?;
        // Selecting all and typing over fires the events a person's typing fires; `clear` does not. Two calls, since the
        // driver holds Control down to the end of a call.
        field.send_keys("\u{e009}a").await.with_context(|| format!("{by} takes no keys"))?;
        let keys = if text.is_empty() { "\u{e017}" } else { text };
        field.send_keys(keys).await.with_context(|| format!("{by} takes no text"))?;
        // Keys arrive one by one, after the call has returned.
        self.until(&format!("`{text}` in {by}"), async || {
            Ok(json!(field.prop("value").await?.as_deref() == Some(text)))
        })
        .await
    }

    /// Chooses an option of a native `<select>` by its label.
    ///
    /// # Errors
    /// The field or the option did not come.
    pub async fn choose(&self, by: &By, label: &str) -> Result<()> {
        let field = self.wait_for(by).await?;
        field.select_by_label(label).await.with_context(|| format!("{by} has no option `{label}`"))
    }

    /// Types keys into whatever has the focus; WebDriver's key codes such as `\u{e00c}` (Escape) are allowed, and
    /// `\u{e009}k\u{e000}` is Control-K.
    ///
    /// # Errors
    /// Nothing takes keys.
    pub async fn press(&self, keys: &str) -> Result<()> {
        let active = self.client.active_element().await.context("nothing has the focus")?;
        active.send_keys(keys).await.context("what has the focus takes no keys")
    }

    /// The text of the first such element, as it can be read on the screen.
    ///
    /// # Errors
    /// It did not come.
    pub async fn text(&self, by: &By) -> Result<String> {
        let start = Instant::now();
        loop {
            // What is found may be drawn anew before it is read.
            // WebDriver's own `text` leaves out what an ellipsis may cut.
            match self.wait_for(by).await?.prop("innerText").await {
                Ok(text) => return Ok(text.unwrap_or_default()),
                Err(error) => self.pause(start, &format!("{by} went away while it was read: {error}")).await?,
            }
        }
    }

    /// The texts of all such elements on the page now.
    ///
    /// # Errors
    /// The session is gone.
    pub async fn texts(&self, by: &By) -> Result<Vec<String>> {
        let mut texts = Vec::new();
        for element in self.find(by).await? {
            texts.push(element.text().await.unwrap_or_default());
        }
        Ok(texts)
    }

    /// Whether such an element can be seen now.
    ///
    /// # Errors
    /// The session is gone.
    pub async fn sees(&self, by: &By) -> Result<bool> {
        Ok(!self.find(by).await?.is_empty())
    }

    /// Runs a function body in the page; `arguments` are not given. What it returns must be JSON.
    ///
    /// # Errors
    /// It threw, or the session is gone.
    pub async fn eval(&self, script: &str) -> Result<Value> {
        self.client.execute(script, Vec::new()).await.with_context(|| format!("the page cannot run: {script}"))
    }

    /// Writes a picture of the page to `tests/screenshots/<name>.png` once fonts and animations have settled.
    ///
    /// # Errors
    /// The picture cannot be taken or written.
    pub async fn screenshot(&self, name: &str) -> Result<PathBuf> {
        self.settle().await?;
        let picture = self.client.screenshot().await.context("no picture of the page")?;
        let folder = place::root().join("tests/screenshots");
        fs::create_dir_all(&folder).with_context(|| format!("`{}` cannot be made", folder.display()))?;
        let file = folder.join(format!("{name}.png"));
        fs::write(&file, picture).with_context(|| format!("`{}` cannot be written", file.display()))?;
        Ok(file)
    }

    /// The session itself, for what has no verb here.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    async fn find(&self, by: &By) -> Result<Vec<Element>> {
        by.find(&self.client).await
    }

    async fn until(&self, what: &str, ready: impl AsyncFn() -> Result<Value>) -> Result<()> {
        let start = Instant::now();
        while ready().await? != json!(true) {
            self.pause(start, &format!("{what} did not come")).await?;
        }
        Ok(())
    }

    async fn pause(&self, start: Instant, complaint: &str) -> Result<()> {
        if start.elapsed() < PATIENCE {
            tokio::time::sleep(PAUSE).await;
            return Ok(());
        }
        let name = format!("failed-{}-{}", std::process::id(), FAILURES.fetch_add(1, Ordering::Relaxed));
        let picture =
            self.screenshot(&name).await.map_or_else(|error| error.to_string(), |at| at.display().to_string());
        let page = self.eval("return document.body.innerText.slice(0, 1500)").await.unwrap_or_default();
        bail!("{complaint} after {PATIENCE:?}\npicture: {picture}\npage: {}", page.as_str().unwrap_or_default());
    }
}
