//! Progress on stderr; nothing where stderr is no terminal.

use std::fmt::Display;

use assay_ids::Plain;
use indicatif::{ProgressBar, ProgressStyle};

const TEMPLATE: &str = "{prefix:>20} {bar:30} {pos}/{len} {wide_msg}";

/// A bar over the steps of one activity. It is gone when it is dropped.
pub(crate) struct Progress(ProgressBar);

impl Progress {
    /// A bar over `length` steps of one activity.
    pub(crate) fn new(length: usize, activity: impl Display) -> Self {
        let bar = ProgressBar::new(length as u64);
        // The template is a constant of ours, and it is well formed: a test draws it.
        if let Ok(style) = ProgressStyle::with_template(TEMPLATE) {
            bar.set_style(style);
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

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_template_is_well_formed() {
        assert!(indicatif::ProgressStyle::with_template(super::TEMPLATE).is_ok());
        assert_eq!(super::Progress::new(3, "x").0.length(), Some(3));
    }
}
