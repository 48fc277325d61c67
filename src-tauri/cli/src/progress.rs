//! Progress bars on long work, on standard error.

use app::EventSink;
use app::wire;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// One bar for whatever long work goes on.
#[derive(Debug, Clone)]
pub struct Bar(ProgressBar);

impl Bar {
    /// A bar; hidden when asked for, and where standard error is no terminal.
    pub fn new(hidden: bool) -> Self {
        let target = if hidden { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
        let bar = ProgressBar::with_draw_target(Some(1000), target);
        let style = ProgressStyle::with_template("{bar:20} {percent:>3} %  {wide_msg}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        Self(bar)
    }

    /// Takes the bar off the terminal.
    pub fn clear(&self) {
        self.0.finish_and_clear();
    }
}

impl EventSink for Bar {
    fn changed(&self, _: wire::Changed) {}

    fn progress(&self, progress: wire::Progress) {
        let count = match progress.count {
            0 => String::new(),
            count => format!(" ({})", app::format::grouped(&count.to_string())),
        };
        self.0.set_message(format!("{}{count}", progress.step));
        if let Some(done) = progress.done {
            self.0.set_position(u64::from(done));
        }
        if progress.finished {
            self.0.finish_and_clear();
        }
    }
}
