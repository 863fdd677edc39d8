//! The tables of the page about measures.

use std::collections::{BTreeMap, BTreeSet};

use super::published::Published;
use super::report::{Cell, Report, Row, Share, Spent};
use crate::bench::table::markdown;

/// Where there is nothing to tell.
const NONE: &str = "-";

/// What a group's measures are.
pub(super) fn contents(rows: &[&Row]) -> String {
    let row = |row: &&Row| vec![link(row), plain(&row.measure.description)];
    markdown(&["measure", "what it is"], &rows.iter().map(row).collect::<Vec<_>>())
}

/// Scores on the tasks at hand, and those that were published.
pub(super) fn scores(report: &Report) -> String {
    let mut published = BTreeSet::new();
    for row in &report.rows {
        let tasks = row.measure.published.iter().flat_map(Published::tasks);
        // By number, so that task 10 comes after task 9.
        published.extend(tasks.map(|task| (task.parse::<u32>().ok(), task)));
    }
    let mut headers = vec!["measure".to_owned()];
    headers.extend(report.columns.iter().map(|column| column.task.clone()));
    headers.extend(published.iter().map(|(_, task)| format!("PGDL {task}")));
    let mut rows: Vec<Vec<String>> = report
        .rows
        .iter()
        .map(|row| {
            let cells = report.columns.iter().zip(&row.cells);
            let mut line = vec![link(row)];
            line.extend(cells.map(|(column, cell)| score(cell, column.networks)));
            line.extend(published.iter().map(|(_, task)| {
                let score = row.measure.published.as_ref().and_then(|found| found.of(task));
                score.unwrap_or_else(|| NONE.to_owned())
            }));
            line
        })
        .collect();
    let mut chance = vec!["*95 % of random ones are below*".to_owned()];
    chance.extend(report.columns.iter().map(|column| hundredfold(column.chance)));
    rows.push(chance);
    let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
    aligned(&headers, headers.len() - 1, &rows)
}

/// What measures cost.
pub(super) fn costs(report: &Report) -> String {
    let headers = [
        "measure",
        "work",
        "of its budget",
        "fuel",
        "of its limit",
        "seconds",
        "most work goes to",
    ];
    let row = |row: &Row| {
        let units = || row.cells.iter().flat_map(|cell| &cell.units);
        let mut line = vec![link(row)];
        if units().next().is_none() {
            return line;
        }
        for of in [|unit: &Spent| unit.work, |unit: &Spent| unit.fuel] {
            let largest = largest(units().map(of));
            line.extend([format!("{:.1e}", largest.used as f64), percent(largest.of_limit)]);
        }
        let seconds = units().map(|unit| unit.seconds).fold(0.0, f64::max);
        line.extend([format!("{seconds:.1}"), dearest(&row.cells)]);
        line
    };
    let rows: Vec<Vec<String>> = report.rows.iter().map(row).collect();
    aligned(&headers, headers.len() - 2, &rows)
}

/// Text of others in a table's cell or a list.
pub(super) fn plain(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

fn link(row: &Row) -> String {
    let name = &row.measure.name;
    format!("[`{name}`]({name}/README.md)")
}

/// A score, or why there is none.
fn score(cell: &Cell, networks: usize) -> String {
    if cell.units.is_empty() {
        return "not run".to_owned();
    }
    if cell.units.len() < networks {
        return format!("{} of {networks} ran", cell.units.len());
    }
    if cell.units.iter().any(|unit| unit.failed.is_some()) {
        return "failed".to_owned();
    }
    if cell.refused.is_some() {
        return "refused".to_owned();
    }
    hundredfold(cell.score)
}

fn hundredfold(score: Option<f64>) -> String {
    let text = score.map_or_else(|| NONE.to_owned(), |score| format!("{:.2}", 100.0 * score));
    // A score of nothing may come out a rounding below zero.
    if text == "-0.00" { "0.00".to_owned() } else { text }
}

/// The largest amount and the largest share, which may be two units'.
fn largest(shares: impl Iterator<Item = Share>) -> Share {
    shares.fold(Share::default(), |largest, share| Share {
        used: largest.used.max(share.used),
        of_limit: largest.of_limit.max(share.of_limit),
    })
}

fn percent(share: f64) -> String {
    if share > 0.0 && share < 0.001 {
        return "< 0.1 %".to_owned();
    }
    format!("{:.1} %", 100.0 * share)
}

/// The dearest calls of all tasks, each once, with the range of its shares; that of the most tasks first.
fn dearest(cells: &[Cell]) -> String {
    let mut calls: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for (call, share) in cells.iter().filter_map(|cell| cell.dearest.as_ref()) {
        calls.entry(call).or_default().push(100.0 * share);
    }
    let mut calls: Vec<(&str, Vec<f64>)> = calls.into_iter().collect();
    calls.sort_by_key(|(_, shares)| std::cmp::Reverse(shares.len()));
    let told = calls.iter().map(|(call, shares)| {
        let least = shares.iter().copied().fold(f64::INFINITY, f64::min).round();
        let most = shares.iter().copied().fold(0.0, f64::max).round();
        let range = if least == most { format!("{most}") } else { format!("{least}-{most}") };
        format!("`{call}` {range} %")
    });
    let told: Vec<String> = told.collect();
    if told.is_empty() { NONE.to_owned() } else { told.join(", ") }
}

/// A table in which so many columns after the first hold numbers, which go to the right.
fn aligned(headers: &[&str], numbers: usize, rows: &[Vec<String>]) -> String {
    let (columns, text) = (headers.len(), markdown(headers, rows));
    let rest = "---|".repeat(columns.saturating_sub(1 + numbers));
    let line = format!("|---|{}{rest}", "---:|".repeat(numbers));
    text.replacen(&format!("|{}", "---|".repeat(columns)), &line, 1)
}

#[cfg(test)]
mod tests {
    use super::super::list::Shipped;
    use super::super::published;
    use super::super::report::Column;
    use super::*;

    fn unit(work: u64, of_limit: f64, seconds: f64) -> Spent {
        Spent {
            network: "model_1".to_owned(),
            failed: None,
            warnings: Vec::new(),
            work: Share { used: work, of_limit },
            fuel: Share { used: 12_345, of_limit: 0.000_1 },
            seconds,
            time: 0.0,
            date: String::new(),
            machine: String::new(),
        }
    }

    fn report() -> Report {
        let readme = "| task 10 | task 2 |\n|---|---|\n| 1.00 | - |\n";
        let row = |name: &str, readme: &str, cells: Vec<Cell>| Row {
            measure: Shipped {
                name: name.to_owned(),
                description: "This | that".to_owned(),
                group: 0,
                published: published::parse(readme).unwrap(),
            },
            cells,
            absent: false,
        };
        let units = |count: usize| (0..count).map(|at| unit(10 - at as u64, 0.1 + at as f64, 2.5));
        let cell = |count, score, call: &str, share| Cell {
            units: units(count).collect(),
            score,
            dearest: (count > 0).then(|| (call.to_owned(), share)),
            ..Cell::default()
        };
        let mut failed = cell(2, None, "a.b", 0.3);
        failed.units[1].failed = Some("trap".to_owned());
        let rows = vec![
            row(
                "one",
                readme,
                vec![cell(2, Some(0.123_456), "a.b", 0.5), cell(2, Some(-0.0), "a.b", 0.75)],
            ),
            row("two", "| task 2 |\n|---|\n| 3.10 |\n", vec![cell(1, None, "c.d", 1.0), failed]),
            row("three", "", vec![cell(0, None, "", 0.0), cell(0, None, "", 0.0)]),
        ];
        let column = |task: &str, chance| Column { task: task.to_owned(), networks: 2, chance };
        Report { columns: vec![column("t", Some(0.02)), column("u", None)], rows }
    }

    #[test]
    fn contents_link_and_escape() {
        let report = report();
        let found = contents(&[&report.rows[0]]);
        let expected =
            "| measure | what it is |\n|---|---|\n| [`one`](one/README.md) | This \\| that |\n";
        assert_eq!(found, expected);
    }

    #[test]
    fn scores_stand_beside_published_ones_in_order_of_number() {
        let expected = "\
| measure | t | u | PGDL 2 | PGDL 10 |
|---|---:|---:|---:|---:|
| [`one`](one/README.md) | 12.35 | 0.00 | - | 1.00 |
| [`two`](two/README.md) | 1 of 2 ran | failed | 3.10 | - |
| [`three`](three/README.md) | not run | not run | - | - |
| *95 % of random ones are below* | 2.00 | - | | |
";
        assert_eq!(scores(&report()), expected);
    }

    #[test]
    fn costs_are_the_largest_of_all_networks() {
        let expected = "\
| measure | work | of its budget | fuel | of its limit | seconds | most work goes to |
|---|---:|---:|---:|---:|---:|---|
| [`one`](one/README.md) | 1.0e1 | 110.0 % | 1.2e4 | < 0.1 % | 2.5 | `a.b` 50-75 % |
| [`two`](two/README.md) | 1.0e1 | 110.0 % | 1.2e4 | < 0.1 % | 2.5 | `a.b` 30 %, `c.d` 100 % |
| [`three`](three/README.md) | | | | | | |
";
        assert_eq!(costs(&report()), expected);
    }
}
