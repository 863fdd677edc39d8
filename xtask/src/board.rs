//! The board of the demonstration: reads what `assay run --json` says, and lays it out as a table.

use std::fmt;

use anyhow::{Result, bail};
use serde_json::Value;

/// What reaching the chance floor by luck alone would look like, in units of the score.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Chance {
    mean: f64,
    sd: f64,
    p95: f64,
}

/// One measure's result on one task.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Row {
    measure: String,
    score: f64,
    kendall: f64,
    networks: usize,
    chance: Chance,
}

impl Row {
    /// Reads the output of `assay run --json` with one task.
    pub(crate) fn parse(measure: &str, json: &str) -> Result<Self> {
        let value: Value = serde_json::from_str(json)?;
        let schema = value.get("schema").and_then(Value::as_u64);
        if schema != Some(1) {
            bail!("field `schema` is {schema:?}, and only 1 is known here");
        }
        let Some([task]) = value.get("tasks").and_then(Value::as_array).map(Vec::as_slice) else {
            bail!("field `tasks` does not hold exactly one task");
        };
        let Some(networks) = task.get("networks").and_then(Value::as_array) else {
            bail!("field `tasks[0].networks` is missing");
        };
        let chance = Chance {
            mean: number(task, "/chance/mean")?,
            sd: number(task, "/chance/sd")?,
            p95: number(task, "/chance/p95")?,
        };
        Ok(Self {
            measure: measure.to_owned(),
            score: number(task, "/score")?,
            kendall: number(task, "/kendall")?,
            networks: networks.len(),
            chance,
        })
    }
}

/// The number at `pointer`; non-finite numbers are spelled as strings in the output.
fn number(task: &Value, pointer: &str) -> Result<f64> {
    let value = task.pointer(pointer);
    let number = match value {
        Some(Value::String(text)) => match text.as_str() {
            "NaN" => Some(f64::NAN),
            "Infinity" => Some(f64::INFINITY),
            "-Infinity" => Some(f64::NEG_INFINITY),
            _ => None,
        },
        Some(value) => value.as_f64(),
        None => None,
    };
    match (number, value) {
        (Some(number), _) => Ok(number),
        (None, Some(value)) => bail!("field `tasks[0]{pointer}` is {value}, not a number"),
        (None, None) => bail!("field `tasks[0]{pointer}` is missing"),
    }
}

/// Rows in order of rank.
pub(crate) struct Board {
    task: String,
    rows: Vec<Row>,
}

impl Board {
    /// Ranks rows by score, larger first; equal scores go by name.
    pub(crate) fn new(task: &str, mut rows: Vec<Row>) -> Self {
        // NaN ranks last, whatever its sign bit.
        let key = |row: &Row| if row.score.is_nan() { f64::NEG_INFINITY } else { row.score };
        rows.sort_by(|a, b| key(b).total_cmp(&key(a)).then_with(|| a.measure.cmp(&b.measure)));
        Self { task: task.to_owned(), rows }
    }

    /// The rank of row `index`: rows of equal score share the better one.
    fn rank(&self, index: usize) -> usize {
        let score = self.rows[index].score;
        self.rows.iter().position(|row| row.score == score).unwrap_or(index) + 1
    }
}

impl fmt::Display for Board {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(first) = self.rows.first() else {
            return writeln!(out, "{}: no results", self.task);
        };
        writeln!(out, "{}: {} networks", self.task, first.networks)?;
        writeln!(
            out,
            "{:>4}  {:<24} {:>11} {:>12}",
            "rank", "measure", "score x100", "Kendall tau"
        )?;
        for (index, row) in self.rows.iter().enumerate() {
            writeln!(
                out,
                "{:>4}  {:<24} {:>11.3} {:>12.3}",
                self.rank(index),
                row.measure,
                row.score * 100.0,
                row.kendall
            )?;
        }
        let chance = &first.chance;
        writeln!(
            out,
            "chance floor: random values score {:.3} +- {:.3} (x100) and stay below {:.3} \
             in 95 of 100 cases",
            chance.mean * 100.0,
            chance.sd * 100.0,
            chance.p95 * 100.0
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn output(score: &str) -> String {
        format!(
            r#"{{"schema":1,"tasks":[{{"task":"t","score":{score},"kendall":-0.25,
            "chance":{{"mean":0.01,"sd":0.005,"p95":0.02}},"networks":[{{"id":"a"}},{{"id":"b"}}]}}]}}"#
        )
    }

    fn row(measure: &str, score: &str) -> Row {
        Row::parse(measure, &output(score)).unwrap()
    }

    #[test]
    fn better_scores_come_first_and_equal_ones_share_a_rank() {
        let rows = vec![row("b", "0.1"), row("d", "\"NaN\""), row("c", "0.5"), row("a", "0.1")];
        let board = Board::new("t", rows);
        let order: Vec<_> = board.rows.iter().map(|row| row.measure.as_str()).collect();
        assert_eq!(order, ["c", "a", "b", "d"]);
        let ranks: Vec<_> = (0..4).map(|index| board.rank(index)).collect();
        assert_eq!(ranks, [1, 2, 2, 4]);
    }

    #[test]
    fn the_table_shows_score_tau_and_floor() {
        let text = Board::new("t", vec![row("only", "0.12345")]).to_string();
        assert!(text.contains("t: 2 networks"), "{text}");
        assert!(text.contains("only                          12.345       -0.250"), "{text}");
        assert!(text.contains("1.000 +- 0.500 (x100) and stay below 2.000"), "{text}");
    }

    #[test]
    fn what_is_missing_or_no_number_is_named() {
        let error = Row::parse("m", &output("\"high\"")).unwrap_err().to_string();
        assert_eq!(error, "field `tasks[0]/score` is \"high\", not a number");
        let error = Row::parse("m", &output("1").replace("p95", "p96")).unwrap_err().to_string();
        assert_eq!(error, "field `tasks[0]/chance/p95` is missing");
        let error = Row::parse("m", r#"{"schema":2}"#).unwrap_err().to_string();
        assert!(error.contains("`schema` is Some(2)"), "{error}");
        let error = Row::parse("m", r#"{"schema":1,"tasks":[]}"#).unwrap_err().to_string();
        assert!(error.contains("exactly one task"), "{error}");
    }
}
