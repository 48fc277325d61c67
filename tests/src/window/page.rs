//! Looks of the page: theme, size, quiet, and what it keeps.

use anyhow::{Context, Result};
use serde_json::Value;

use super::Window;

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
    /// Shows the page in a theme, as the operator's own choice would, without storing it.
    ///
    /// # Errors
    /// The session is gone.
    pub async fn set_theme(&self, theme: Theme) -> Result<()> {
        let name = theme.name();
        let script = format!(
            "const root = document.documentElement; root.dataset.theme = '{name}';
             root.classList.toggle('dark', '{name}' === 'dark'); root.classList.toggle('light', '{name}' === 'light');
             root.style.colorScheme = '{name}'; window.dispatchEvent(new CustomEvent('purser:theme', {{ detail: '{name}' }}));"
        );
        self.eval(&script).await?;
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

    /// Waits until fonts are loaded and no finite animation runs.
    pub(super) async fn settle(&self) -> Result<()> {
        let script = "
            const moving = document.getAnimations().filter((animation) => animation.playState === 'running'
                && animation.effect?.getComputedTiming().endTime !== Infinity);
            return document.fonts.status === 'loaded' && moving.length === 0";
        for _ in 0..50 {
            if self.eval(script).await? == Value::Bool(true) {
                break;
            }
            tokio::time::sleep(super::PAUSE).await;
        }
        Ok(())
    }
}
