//! The training data: nothing is known of it but that it agrees with itself.

use assay_sdk::{Dataset, Error};

use crate::check::{Checks, kind};

/// Examples looked at: enough for several classes of any task.
const SOME: u32 = 20;

pub(crate) fn description(checks: &mut Checks, dataset: &Dataset<'_>) -> Result<(), Error> {
    let (examples, classes) = (dataset.examples(), dataset.classes());
    checks.that("there are examples", examples > 0)?;
    checks.that("there are classes", classes > 0)?;
    checks.that("examples have a shape", !dataset.shape().is_empty())?;
    let statistics = dataset.statistics();
    let ordered = statistics.minimum <= statistics.mean && statistics.mean <= statistics.maximum;
    checks.that("the mean lies between minimum and maximum", ordered)?;
    checks.that("the deviation is no negative number", statistics.deviation >= 0.0)?;
    let labels = dataset.labels(0..examples)?;
    checks.same("as many labels as examples", labels.len(), examples as usize)?;
    checks.that("labels are classes", labels.iter().all(|&label| label < classes))?;
    let mut members = 0;
    for class in 0..classes {
        let indices = dataset.class(class)?;
        members += indices.len();
        let expected: Vec<u32> =
            (0..).zip(&labels).filter(|&(_, &label)| label == class).map(|(i, _)| i).collect();
        checks.same("indices of a class", indices, expected)?;
    }
    checks.same("every example has one class", members, labels.len())?;
    checks.refused("labels past the end", dataset.labels(examples..examples + 1), kind::RANGE)?;
    checks.refused("a class too many", dataset.class(classes), kind::RANGE)
}

pub(crate) fn batches(checks: &mut Checks, dataset: &Dataset<'_>) -> Result<(), Error> {
    let examples = dataset.examples();
    let some = SOME.min(examples);
    let batch = dataset.batch(0, some)?;
    let mut shape = vec![some];
    shape.extend(dataset.shape());
    checks.same("shape of a batch", batch.shape(), shape)?;
    let indices = [some - 1, 0, some - 1];
    let gathered = dataset.gather(&indices)?.to_vec();
    checks.same("gather agrees with batch", gathered, batch.gather_rows(&indices).to_vec())?;
    let statistics = dataset.statistics();
    checks.that("values reach no lower than the minimum", batch.min() >= statistics.minimum)?;
    checks.that("values reach no higher than the maximum", batch.max() <= statistics.maximum)?;
    // Pieces of two thirds: a whole one, then a partial one, as far as there are examples.
    let size = (examples * 2).div_ceil(3);
    let mut seen = 0;
    for piece in dataset.batches(size) {
        let piece = piece?;
        checks.same("a batch starts where the last one ended", piece.start, seen)?;
        checks.same(
            "as many inputs as labels",
            piece.inputs.shape()[0],
            piece.labels.len() as u32,
        )?;
        seen += piece.inputs.shape()[0];
    }
    checks.same("batches cover all examples", seen, examples)?;
    checks.refused("a batch past the end", dataset.batch(examples, 1), kind::RANGE)?;
    checks.refused("a batch at a wrapping end", dataset.batch(u32::MAX, 2), kind::RANGE)?;
    checks.refused("gather past the end", dataset.gather(&[0, examples]), kind::RANGE)
}
