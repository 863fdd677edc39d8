//! `assay score`: predictions against a reference.

use assay_score::{
    Predictions, Reference, bootstrap, chance_floor, check, correlations, json_number, pgdl_2020,
};
use serde_json::json;

use crate::args::ScoreArgs;
use crate::failure::{Failure, read};
use crate::output;

/// Draws of the chance floor and the bootstrap, and their seed: fixed, so that the figures repeat.
pub(crate) const DRAWS: usize = 1000;
pub(crate) const SEED: u64 = 0;

pub(crate) fn run(args: &ScoreArgs) -> Result<(), Failure> {
    let reference = Reference::parse(&read(&args.reference)?)
        .map_err(|error| Failure::new(format!("{}: {error}", args.reference.display())))?;
    let predictions = Predictions::parse(&read(&args.predictions)?)
        .map_err(|error| Failure::new(format!("{}: {error}", args.predictions.display())))?;
    if !args.unchecked {
        check(&reference, &predictions).map_err(|refusal| {
            Failure::new(format!("{}: {refusal}", args.predictions.display()))
                .hint("--unchecked gives the scoring function alone")
        })?;
    }
    let result = pgdl_2020(&reference, &predictions);
    if args.json {
        let sets: Vec<_> =
            result.sets.iter().map(|set| json!([set.u, set.v, json_number(set.score)])).collect();
        return output::json(
            &json!({"schema": 1, "score": json_number(result.score), "sets": sets}),
        );
    }
    let rows: Vec<Vec<String>> = result
        .sets
        .iter()
        .map(|set| vec![format!("{} | {}", set.u, set.v), format!("{:.12}", set.score)])
        .collect();
    let chance = chance_floor(&reference, DRAWS, SEED);
    let interval = bootstrap(&reference, &predictions, DRAWS, SEED);
    let beside = correlations(&reference, &predictions);
    let mut text = output::table(&["set", "score"], &rows);
    text.blank().line(format_args!("score     {:.12}", result.score));
    text.line(format_args!("bootstrap {:.4} to {:.4} (95 %)", interval.low, interval.high));
    let (mean, sd, p95) = (chance.mean, chance.sd, chance.p95);
    text.line(format_args!("chance    {mean:.4} +- {sd:.4}, 95 % below {p95:.4}"));
    text.line(format_args!("kendall   {:.4}", beside.kendall_tau));
    text.line(format_args!("spearman  {:.4}", beside.spearman));
    text.line(format_args!("pearson   {:.4}", beside.pearson));
    text.print()
}
