//! A guest that calls every function of the contract on small known inputs and checks the answers.
//!
//! Its value is the number of checks passed; the first check that fails is the error text. It works
//! on any task and holds the host to what the contract promises of the `cpu` lane. Host tests run it
//! to learn that both sides of the contract mean the same.
//!
//! Begin with [`Probe`], then `check`.

mod check;
mod data;
mod elementwise;
mod images;
mod networks;
mod tensors;

use assay_sdk::{Dataset, Error, Measure, Network, budget, export_measure, log};

use crate::check::Checks;

/// The measure that checks.
#[derive(Debug)]
pub struct Probe;

impl Measure for Probe {
    const NAME: &str = "probe";
    const AUTHORS: &[&str] = &["Assay"];

    fn evaluate(network: &Network<'_>, dataset: &Dataset<'_>, seed: u64) -> Result<f64, Error> {
        let mut checks = Checks::default();
        let (work, fuel) = (budget::work_left(), budget::fuel_left());
        tensors::values(&mut checks)?;
        tensors::arrangements(&mut checks)?;
        elementwise::unary(&mut checks)?;
        elementwise::binary(&mut checks)?;
        tensors::reductions(&mut checks)?;
        tensors::rows_and_products(&mut checks)?;
        tensors::orders(&mut checks)?;
        tensors::positions(&mut checks)?;
        tensors::rows(&mut checks)?;
        tensors::decompositions(&mut checks)?;
        tensors::random(&mut checks)?;
        images::places(&mut checks)?;
        images::samples(&mut checks)?;
        images::values(&mut checks)?;
        images::colors(&mut checks)?;
        images::examples(&mut checks, dataset)?;
        data::description(&mut checks, dataset)?;
        data::batches(&mut checks, dataset)?;
        networks::layers(&mut checks, network, dataset)?;
        networks::parameters(&mut checks, network)?;
        networks::passes(&mut checks, network, dataset)?;
        networks::objectives(&mut checks, network, dataset)?;
        networks::slopes(&mut checks, network, dataset, seed)?;
        networks::dualities(&mut checks, network, dataset, seed)?;
        networks::last_layer(&mut checks, network, dataset, seed)?;
        networks::refusals(&mut checks, network, dataset)?;
        networks::parts(&mut checks, network, dataset, seed)?;
        networks::copies(&mut checks, network, dataset)?;
        networks::training(&mut checks, network, dataset)?;
        meters(&mut checks, work, fuel)?;
        for write in [log::debug, log::info, log::warning] {
            write("probe: a message");
        }
        log::info!("probe: {} checks passed", checks.passed());
        Ok(f64::from(checks.passed()))
    }
}

/// Both meters fall, and never beyond their limits. The values come from before all other checks.
fn meters(checks: &mut Checks, work: u64, fuel: u64) -> Result<(), Error> {
    checks.that("work left is within the limit", work <= budget::work_limit())?;
    checks.that("fuel left is within the limit", fuel <= budget::fuel_limit())?;
    checks.that("work is charged", budget::work_left() < work)?;
    checks.that("fuel is charged", budget::fuel_left() < fuel)?;
    let before = budget::work_left();
    let after = budget::work_left();
    checks.that("each call costs at least 1000 work", before - after >= 1000)
}

export_measure!(Probe);
