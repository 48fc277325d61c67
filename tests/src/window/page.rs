//! Looks of the page: theme, size, quiet, and what it keeps.

use anyhow::{Context, Result};
use serde_json::Value;

use super::{By, Window};

/// Light or dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Theme {
    /// As file names and the page say it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

impl Window {
    /// Shows the page in a theme, as the operator's choice in Settings does; the page is loaded anew.
    ///
    /// # Errors
    /// The session is gone.
    pub async fn set_theme(&self, theme: Theme) -> Result<()> {
        let name = theme.name();
        self.eval(&format!("localStorage.setItem('purser.theme', '{name}'); location.reload()")).await?;
        self.wait_for(&By::css(&format!("html[data-theme={name}] h1"))).await?;
        self.settle().await
    }

    /// Goes to a place by its address, as `clients?new=1`.
    ///
    /// # Errors
    /// The session is gone.
    pub async fn go(&self, place: &str) -> Result<()> {
        self.eval(&format!("location.hash = '#/{place}'")).await?;
        self.settle().await
    }

    /// Makes the window this large, in CSS pixels.
    ///
    /// # Errors
    /// The session is gone.
    pub async fn resize(&self, width: u32, height: u32) -> Result<()> {
        self.client().set_window_size(width, height).await.context("the window cannot be made that size")
    }

    /// Everything the page holds or keeps: its markup, field values, local and session storage, cookies. For tests that
    /// look for a secret.
    ///
    /// # Errors
    /// The session is gone.
    pub async fn contents(&self) -> Result<String> {
        let script = "
            const fields = [...document.querySelectorAll('input, textarea')].map((field) => field.value);
            return JSON.stringify({
                html: document.documentElement.outerHTML, fields, cookies: document.cookie,
                local: { ...localStorage }, session: { ...sessionStorage },
            })";
        let contents = self.eval(script).await?;
        Ok(contents.as_str().unwrap_or_default().to_owned())
    }

    /// Waits until fonts are loaded, no finite animation runs and no grey bar stands for what is still asked.
    pub(super) async fn settle(&self) -> Result<()> {
        let script = "
            const moving = document.getAnimations().filter((animation) => animation.playState === 'running'
                && animation.effect?.getComputedTiming().endTime !== Infinity);
            const waiting = document.querySelectorAll('.skeleton').length;
            return document.fonts.status === 'loaded' && moving.length + waiting === 0";
        for _ in 0..50 {
            if self.eval(script).await? == Value::Bool(true) {
                break;
            }
            tokio::time::sleep(super::PAUSE).await;
        }
        // A picture shows the last frame that was drawn, which may be older than the page.
        let frames = "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => done(true)))";
        self.client().execute_async(frames, Vec::new()).await.context("the page draws no frames")?;
        Ok(())
    }
}
