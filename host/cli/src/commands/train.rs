//! `assay train`: hands over to the binary `assay-train`, which carries the training framework.

use std::process::Command;

use super::beside::beside;
use crate::args::TrainArgs;
use crate::failure::Failure;

const BINARY: &str = "assay-train";

pub(crate) fn run(args: &TrainArgs) -> Result<(), Failure> {
    let binary = beside(BINARY, "assay-trainer")?;
    let status = Command::new(&binary)
        .arg(&args.recipe)
        .arg("--into")
        .arg(&args.into)
        .status()
        .map_err(|error| Failure::new(format!("cannot start {}: {error}", binary.display())))?;
    if status.success() {
        return Ok(());
    }
    let code = status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1);
    Err(Failure::new(format!("{BINARY} ended with {status}")).with_code(code))
}
