//! `assay compare`: two measures on the same networks, side by side.

use std::path::Path;

use assay_ids::Digest;
use assay_sandbox::Description;
use assay_score::{json_number, kendall_tau};
use assay_worker::Unit;
use serde_json::{Value, json};

use super::profile::note_places;
use super::scored::{Scored, gap, score};
use super::stage::{OnStage, Stage};
use super::way::{Kind, Way};
use super::{build, run};
use crate::args::{CompareArgs, LaneName};
use crate::failure::Failure;
use crate::output::{self, Text};
use crate::plot::{self, Panel, Point, scatter};
use crate::progress::Progress;

/// One of the two, and what came of it.
struct Side {
    /// What it is called in tables: its name, and its version if both have one name.
    label: String,
    description: Description,
    digest: Digest,
    /// At the positions of the stage's tasks.
    tasks: Vec<Run>,
}

struct Run {
    units: Vec<Unit>,
    scored: Option<Scored>,
}

/// A task with both measures' units.
struct Pair<'a> {
    task: OnStage<'a>,
    runs: [&'a Run; 2],
}

pub(crate) fn run(args: &CompareArgs) -> Result<(), Failure> {
    let stage = Stage::open(&args.units, None)?;
    let kind = if args.units.in_process { Kind::Within } else { Kind::Apart };
    let admit =
        |file: &Path| Way::admit(&build::component(file)?, file.display(), stage.limits, kind);
    // Both are admitted before either runs.
    let ways = [admit(&args.a)?, admit(&args.b)?];
    let progress = Progress::new(2 * stage.units(), "");
    let [a, b] = &ways;
    let mut sides = [side(a, &stage, &progress)?, side(b, &stage, &progress)?];
    drop(progress);
    tell_apart(&mut sides);
    let pairs: Vec<Pair<'_>> = stage
        .tasks()
        .enumerate()
        .map(|(at, task)| Pair { task, runs: [&sides[0].tasks[at], &sides[1].tasks[at]] })
        .collect();
    if args.json {
        let measures: Vec<Value> = sides.iter().map(measure_json).collect();
        let tasks: Vec<Value> = pairs.iter().map(Pair::json).collect();
        output::json(&json!({"schema": 1, "measures": measures, "tasks": tasks}))?;
    } else {
        let mut all = Text::default();
        for (at, pair) in pairs.iter().enumerate() {
            if at > 0 {
                all.blank();
            }
            all.text(&pair.text(&sides));
        }
        all.print()?;
    }
    if let Some(dir) = &args.plot {
        draw(dir, &sides, &pairs)?;
    }
    let labelled = pairs.iter().flat_map(|pair| {
        let both = sides.iter().zip(pair.runs);
        both.map(|(side, run)| (format!("{}: {}", side.label, pair.task.name()), &*run.units))
    });
    run::outcome(&labelled.collect::<Vec<_>>())
}

/// Runs one measure on all tasks. One after the other, so that one engine is in memory.
fn side(way: &Way, stage: &Stage, progress: &Progress) -> Result<Side, Failure> {
    let (description, digest) = way.measure();
    let mut computer = way.computer(LaneName::Cpu, stage)?;
    let mut tasks = Vec::new();
    for task in stage.tasks() {
        let units = computer.run_task(task, None, progress)?;
        let scored = score(task, &units)?;
        tasks.push(Run { units, scored });
    }
    let (label, description) = (description.name.clone(), description.clone());
    Ok(Side { label, description, digest, tasks })
}

/// Two versions of one measure have one name, and may have one version too.
fn tell_apart(sides: &mut [Side; 2]) {
    let [a, b] = sides;
    if a.label == b.label {
        for (side, letter) in [(a, 'A'), (b, 'B')] {
            side.label =
                format!("{letter} ({} {})", side.description.name, side.description.version);
        }
    }
}

impl Pair<'_> {
    /// Both values of each network where it has one, with its gap if that is known.
    fn values(&self) -> impl Iterator<Item = (&str, [&Unit; 2], Option<f64>)> {
        let [a, b] = self.runs;
        a.units.iter().zip(&b.units).map(|(a, b)| {
            let gap = gap(self.task.truth.reference(), self.task.view, &a.id);
            (a.id.as_str(), [a, b], gap)
        })
    }

    /// Kendall's tau between the two measures; nothing if a network lacks one of the values.
    fn agreement(&self) -> Option<f64> {
        let both = |units: [&Unit; 2]| {
            let [a, b] = units.map(|unit| unit.report.outcome.value());
            a.zip(b)
        };
        let pairs: Option<Vec<(f64, f64)>> =
            self.values().map(|(_, units, _)| both(units)).collect();
        pairs.map(|pairs| kendall_tau(&pairs))
    }

    fn text(&self, sides: &[Side; 2]) -> Text {
        let shown = |unit: &Unit| {
            let outcome = &unit.report.outcome;
            let value = outcome.value().map(|value| format!("{value:.9}"));
            value.unwrap_or_else(|| outcome.class().to_owned())
        };
        let rows: Vec<Vec<String>> = self
            .values()
            .map(|(id, [a, b], gap)| {
                let gap = gap.map_or_else(|| "-".to_owned(), |gap| format!("{gap:.6}"));
                vec![id.to_owned(), shown(a), shown(b), gap]
            })
            .collect();
        let [a, b] = sides.each_ref().map(|side| side.label.as_str());
        let mut text = output::table(&[self.task.name(), a, b, "gap"], &rows);
        if let Some(why) = self.task.no_score() {
            text.line(format_args!("no score: {why}"));
        } else {
            let rows: Vec<Vec<String>> =
                sides.iter().zip(self.runs).map(|(side, run)| scores(side, run)).collect();
            text.table(&["", "score", "Kendall's tau with the gap"], &rows);
        }
        if let Some(tau) = self.agreement() {
            text.line(format_args!("Kendall's tau between the two {tau:.4}"));
        }
        text
    }

    fn json(&self) -> Value {
        let value = |unit: &Unit| unit.report.outcome.value().map(json_number);
        let networks = self.values().map(|(id, [a, b], gap)| {
            json!({
                "id": id,
                "values": [value(a), value(b)],
                "outcomes": [a.report.outcome.class(), b.report.outcome.class()],
                "gap": gap.map(json_number),
            })
        });
        let of = |pick: fn(&Scored) -> f64| {
            self.runs.map(|run| run.scored.as_ref().map(|scored| json_number(pick(scored))))
        };
        json!({
            "task": self.task.name(),
            "networks": networks.collect::<Vec<Value>>(),
            "scores": of(|scored| scored.score),
            "kendall": of(|scored| scored.beside.kendall_tau),
            "kendall_between": self.agreement().map(json_number),
        })
    }

    /// One side's values against the gap; nothing where no gap is known.
    fn panel(&self, at: usize, side: &Side) -> Option<Panel> {
        let points: Vec<Point> = self
            .values()
            .filter_map(|(id, units, gap)| {
                Some(Point { name: id.to_owned(), x: gap?, y: units[at].report.outcome.value()? })
            })
            .collect();
        if self.values().all(|(_, _, gap)| gap.is_none()) {
            return None;
        }
        let caption = match &self.runs[at].scored {
            Some(scored) => {
                format!("score {:.4}, Kendall's tau {:.4}", scored.score, scored.beside.kendall_tau)
            }
            None => "no score".to_owned(),
        };
        Some(Panel {
            title: format!("{} on {}", side.label, self.task.name()),
            caption,
            x_axis: "generalization gap".to_owned(),
            y_axis: "value".to_owned(),
            points,
        })
    }
}

/// A row of the table of scores.
fn scores(side: &Side, run: &Run) -> Vec<String> {
    let number = |number: Option<f64>, digits: usize| {
        number.map_or_else(|| "-".to_owned(), |number| format!("{number:.digits$}"))
    };
    let scored = run.scored.as_ref();
    vec![
        side.label.clone(),
        number(scored.map(|scored| scored.score), 12),
        number(scored.map(|scored| scored.beside.kendall_tau), 4),
    ]
}

fn measure_json(side: &Side) -> Value {
    let Description { name, version, .. } = &side.description;
    json!({"name": name, "version": version, "digest": side.digest})
}

/// One picture for each task whose gaps are known.
fn draw(dir: &Path, sides: &[Side; 2], pairs: &[Pair<'_>]) -> Result<(), Failure> {
    let mut pictures = Vec::new();
    for pair in pairs {
        let panels = sides.iter().enumerate().map(|(at, side)| pair.panel(at, side));
        match panels.collect::<Option<Vec<Panel>>>() {
            Some(panels) => {
                pictures.push((format!("{}.svg", pair.task.name()), scatter(&panels)));
            }
            None => output::note(format!(
                "{}: nothing is drawn, since no gap is known",
                pair.task.name()
            )),
        }
    }
    note_places(&plot::write(dir, &pictures)?);
    Ok(())
}
