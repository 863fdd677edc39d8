//! Where a measure's budget goes: `assay run --profile`.

use std::path::Path;

use assay_worker::{Cost, Profile, Unit};
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::output::{self, Text};
use crate::plot::{self, Frame};

/// What fuel belongs to that no call follows.
const REST: &str = "(after the last call)";

/// A profile as a table, dearest first.
pub(crate) fn table(profile: &Profile) -> Text {
    let mut costs: Vec<(&str, Cost)> = profile.costs().collect();
    let rest = Cost { fuel: profile.rest(), ..Cost::default() };
    let total = costs.iter().fold(rest, |sum, (_, cost)| sum.plus(*cost));
    costs.sort_by_key(|(name, cost)| (std::cmp::Reverse((cost.work, cost.fuel)), *name));
    costs.extend([(REST, rest), ("total", total)]);
    let row = |(name, cost): &(&str, Cost)| {
        vec![
            (*name).to_owned(),
            cost.calls.to_string(),
            cost.work.to_string(),
            share(cost.work, total.work),
            cost.fuel.to_string(),
            share(cost.fuel, total.fuel),
            cost.bytes.to_string(),
        ]
    };
    let rows: Vec<Vec<String>> = costs.iter().map(row).collect();
    output::table(&["call", "calls", "work", "%", "fuel", "%", "bytes"], &rows)
}

fn share(part: u64, whole: u64) -> String {
    format!("{:.1}", 100.0 * part as f64 / whole.max(1) as f64)
}

/// A profile as it stands in a unit's JSON.
pub(crate) fn json_of(profile: &Profile) -> Value {
    let calls = profile.costs().map(|(name, cost)| {
        let Cost { calls, work, bytes, fuel } = cost;
        json!({"call": name, "calls": calls, "work": work, "fuel": fuel, "bytes": bytes})
    });
    json!({"calls": calls.collect::<Vec<Value>>(), "fuel_after_last_call": profile.rest()})
}

/// Draws the flame graphs of a measure's units into a directory: by task, interface, call and network.
pub(crate) fn draw(dir: &Path, measure: &str, tasks: &[(&str, &[Unit])]) -> Result<(), Failure> {
    let (mut work, mut fuel) = (Frame::new(measure), Frame::new(measure));
    for (task, units) in tasks {
        for unit in *units {
            let Some(profile) = &unit.profile else { continue };
            for (name, cost) in profile.costs() {
                let interface = name.split_once('.').map_or(name, |(interface, _)| interface);
                let path = [*task, interface, name, unit.id.as_str()];
                work.add(&path, cost.work);
                fuel.add(&path, cost.fuel);
            }
            fuel.add(&[*task, REST, unit.id.as_str()], profile.rest());
        }
    }
    let pictures =
        [("work.svg".to_owned(), work.draw("work")), ("fuel.svg".to_owned(), fuel.draw("fuel"))];
    note_places(&plot::write(dir, &pictures)?);
    Ok(())
}

/// Says where pictures lie.
pub(crate) fn note_places(places: &[std::path::PathBuf]) {
    for place in places {
        output::note(format!("drawn: {}", place.display()));
    }
}
