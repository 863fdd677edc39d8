//! What the truth says of a measure's values.

use assay_score::{
    ChanceFloor, Correlations, Predictions, Reference, chance_floor, check, correlations, pgdl_2020,
};
use assay_task::TaskView;
use assay_worker::Unit;

use super::score::{DRAWS, SEED};
use super::stage::OnStage;
use crate::failure::Failure;

/// What the truth adds to a task's values.
pub(crate) struct Scored {
    pub(crate) score: f64,
    pub(crate) chance: ChanceFloor,
    pub(crate) beside: Correlations,
}

/// The score of a task's units: nothing if one has no value, if networks were left out, or if the truth
/// is not at hand.
pub(crate) fn score(task: OnStage<'_>, units: &[Unit]) -> Result<Option<Scored>, Failure> {
    let Some(truth) = task.truth.reference().filter(|_| !task.partial()) else { return Ok(None) };
    // The truth knows the task's own ids only.
    let value =
        |unit: &Unit| Some((task.view.own_id(&unit.id)?.to_owned(), unit.report.outcome.value()?));
    let values = units.iter().map(value);
    let Some(values) = values.collect::<Option<Vec<(String, f64)>>>() else {
        return Ok(None);
    };
    let predictions = Predictions::from_pairs(values);
    check(truth, &predictions)
        .map_err(|refusal| Failure::new(format!("{}: {refusal}", task.name())))?;
    Ok(Some(Scored {
        score: pgdl_2020(truth, &predictions).score,
        chance: chance_floor(truth, DRAWS, SEED),
        beside: correlations(truth, &predictions),
    }))
}

/// The generalization gap of a network that is seen under an id, where the truth has it.
pub(crate) fn gap(truth: Option<&Reference>, view: &TaskView, seen: &str) -> Option<f64> {
    let model = truth?.model(view.own_id(seen)?)?;
    Some(model.gap())
}
