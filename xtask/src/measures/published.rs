//! Scores that others have published, from the table of scores per task in a measure's README.

use anyhow::{Result, bail};

/// How the tables spell that a task has none.
const NONE: &str = "-";

/// Scores x 100 on tasks of the contest.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Published {
    /// Number of a task, as in `task 4`, and the score as it was printed.
    scores: Vec<(String, String)>,
    /// Of several forms, or of something near the measure: which one has these scores.
    pub(super) form: Option<String>,
}

impl Published {
    /// The score on a task.
    pub(super) fn of(&self, task: &str) -> Option<String> {
        self.scores.iter().find(|(name, _)| name == task).map(|(_, score)| score.clone())
    }

    /// The same scores for the form that is named, if one is.
    pub(super) fn with_form(mut self, form: Option<String>) -> Self {
        self.form = form.or(self.form);
        self
    }

    /// Numbers of the tasks that have one.
    pub(super) fn tasks(&self) -> impl Iterator<Item = &str> {
        self.scores.iter().map(|(task, _)| task.as_str())
    }
}

/// The first row of the table whose header has `task N` in its columns, if there is such a table. A
/// column before the tasks tells forms apart; the first is the one that the measure follows.
pub(super) fn parse(readme: &str) -> Result<Option<Published>> {
    let mut lines = readme.lines().skip_while(|line| !is_header(line));
    let Some(header) = lines.next() else { return Ok(None) };
    let header = cells(header);
    let mut rows = lines.skip(1).take_while(|line| line.starts_with('|')).map(cells).peekable();
    let Some(row) = rows.next() else { bail!("the table of published scores has no row") };
    let several = rows.peek().is_some();
    if row.len() != header.len() {
        bail!("a row of published scores has {} cells under {}", row.len(), header.len());
    }
    let (mut scores, mut form) = (Vec::new(), None);
    for (&name, &cell) in header.iter().zip(&row) {
        match name.strip_prefix("task ") {
            None if several => form = Some(format!("for {name} = {cell}")),
            None => bail!("one row of published scores needs no column `{name}`"),
            Some(_) if cell == NONE => {}
            Some(task) => match cell.parse::<f64>() {
                Ok(_) => scores.push((task.to_owned(), cell.to_owned())),
                Err(_) => bail!("the published score on task {task} is `{cell}`, not a number"),
            },
        }
    }
    Ok(Some(Published { scores, form }))
}

fn is_header(line: &str) -> bool {
    line.starts_with('|') && cells(line).iter().any(|cell| cell.starts_with("task "))
}

fn cells(line: &str) -> Vec<&str> {
    line.trim().trim_matches('|').split('|').map(str::trim).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_of_one_row_has_no_form() {
        let text = "# m\n\n| way | penalty |\n|---|---:|\n| up | 6 |\n\nx\n\n| task 1 | task 10 |\n|---:|---:|\n| 5.13 | -0.10 |\n\nmore\n";
        let found = parse(text).unwrap().unwrap();
        assert_eq!(
            (found.of("1").as_deref(), found.of("10").as_deref()),
            (Some("5.13"), Some("-0.10"))
        );
        assert_eq!((found.of("4"), found.form), (None, None));
        assert_eq!(parse("# m\n\n| way | penalty |\n|---|---|\n").unwrap(), None);
    }

    #[test]
    fn of_several_rows_the_first_counts_and_is_named() {
        let text =
            "| layer | task 1 | task 2 |\n|---|---:|---:|\n| 1st | 5.83 | - |\n| 8th | 1 | 2 |\n";
        let found = parse(text).unwrap().unwrap();
        assert_eq!(found.form.as_deref(), Some("for layer = 1st"));
        assert_eq!(found.tasks().collect::<Vec<_>>(), ["1"]);
    }

    #[test]
    fn tables_that_are_not_understood_are_errors() {
        let refused = |text: &str| parse(text).unwrap_err().to_string();
        assert_eq!(refused("| task 1 |\n|---|\n"), "the table of published scores has no row");
        let text = "| task 1 | task 2 |\n|---|---|\n| 1 |\n";
        assert_eq!(refused(text), "a row of published scores has 1 cells under 2");
        let text = "| task 1 |\n|---|\n| high |\n";
        assert_eq!(refused(text), "the published score on task 1 is `high`, not a number");
    }
}
