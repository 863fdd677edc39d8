//! Progress on stderr, with an estimate of what is left; nothing where stderr is no terminal.

use std::fmt::{self, Display};
use std::time::Duration;

use assay_ids::Plain;
use indicatif::{ProgressBar, ProgressState, ProgressStyle};

const TEMPLATE: &str = "{prefix:>20} {bar:30} {pos}/{len} {left} {wide_msg}";
/// How often an estimate is drawn anew while a step goes on.
const TICK: Duration = Duration::from_secs(1);

/// A bar over the steps of one activity. It is gone when it is dropped.
pub(crate) struct Progress(ProgressBar);

impl Progress {
    /// A bar over `length` steps of one activity.
    pub(crate) fn new(length: usize, activity: impl Display) -> Self {
        let bar = ProgressBar::new(length as u64);
        // The template is a constant of ours, and it is well formed: a test draws it.
        if let Ok(style) = ProgressStyle::with_template(TEMPLATE) {
            bar.set_style(style.with_key("left", write_left));
        }
        if length > 0 && !bar.is_hidden() {
            bar.enable_steady_tick(TICK);
        }
        let progress = Self(bar);
        progress.activity(activity);
        progress
    }

    /// Names the activity.
    pub(crate) fn activity(&self, name: impl Display) {
        self.0.set_prefix(Plain(name).to_string());
    }

    /// Names the step that is under way.
    pub(crate) fn step(&self, name: impl Display) {
        self.0.set_message(Plain(name).to_string());
    }

    /// One more step is done.
    pub(crate) fn advance(&self) {
        self.0.inc(1);
    }

    /// So many steps of so many are done.
    pub(crate) fn at(&self, done: usize, length: usize) {
        self.0.set_length(length as u64);
        self.0.set_position(done as u64);
    }

    /// Leaves a line above the bar.
    pub(crate) fn line(&self, line: impl Display) {
        self.0.println(Plain(line).to_string());
    }

    /// Takes the bar away while something else is written to stderr.
    pub(crate) fn aside<T>(&self, write: impl FnOnce() -> T) -> T {
        self.0.suspend(write)
    }
}

fn write_left(state: &ProgressState, out: &mut dyn fmt::Write) {
    if let Some(left) = left(state.elapsed(), state.pos(), state.len().unwrap_or(0)) {
        // What cannot be drawn is not drawn.
        let _ = write!(out, "{}", About(left));
    }
}

/// What the rest takes if it goes on as it went; nothing before the first step is done.
fn left(elapsed: Duration, done: u64, steps: u64) -> Option<Duration> {
    let rest = steps.checked_sub(done).filter(|rest| done > 0 && *rest > 0)?;
    Some(Duration::from_secs_f64(elapsed.as_secs_f64() / done as f64 * rest as f64))
}

/// A time to come, as exactly as it can be known.
struct About(Duration);

impl Display for About {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_secs() {
            seconds @ 0..=99 => write!(out, "about {} s left", seconds + 1),
            seconds @ 100..=5999 => write!(out, "about {} min left", (seconds + 30) / 60),
            seconds => write!(out, "about {} h left", (seconds + 1800) / 3600),
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_goes_on_as_it_went() {
        let seconds = Duration::from_secs;
        assert_eq!(left(seconds(30), 3, 5), Some(seconds(20)));
        for (done, steps) in [(0, 5), (5, 5), (6, 5), (0, 0)] {
            assert_eq!(left(seconds(30), done, steps), None, "{done} of {steps}");
        }
        let shown = |time: u64| About(seconds(time)).to_string();
        assert_eq!(shown(0), "about 1 s left");
        assert_eq!(shown(99), "about 100 s left");
        assert_eq!(shown(150), "about 3 min left");
        assert_eq!(shown(7200), "about 2 h left");
    }

    #[test]
    fn the_template_is_well_formed() {
        assert!(ProgressStyle::with_template(TEMPLATE).is_ok());
        assert_eq!(Progress::new(3, "x").0.length(), Some(3));
    }
}
