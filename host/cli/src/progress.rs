//! Progress on stderr; nothing where stderr is no terminal.

use indicatif::{ProgressBar, ProgressStyle};

/// A bar over `length` steps of one activity.
pub(crate) fn bar(length: usize, activity: &str) -> ProgressBar {
    let bar = ProgressBar::new(length as u64);
    // The template is a constant of ours, and it is well formed: a test draws it.
    if let Ok(style) = ProgressStyle::with_template("{prefix:>20} {bar:30} {pos}/{len} {wide_msg}")
    {
        bar.set_style(style);
    }
    bar.set_prefix(activity.to_owned());
    bar
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_template_is_well_formed() {
        let template = "{prefix:>20} {bar:30} {pos}/{len} {wide_msg}";
        assert!(indicatif::ProgressStyle::with_template(template).is_ok());
        assert_eq!(super::bar(3, "x").length(), Some(3));
    }
}
