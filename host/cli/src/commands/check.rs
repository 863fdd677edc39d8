//! `assay check`: would this component be admitted?

use assay_sandbox::{Admitted, Refusal, Sandbox, SandboxLimits};
use serde_json::json;

use crate::args::CheckArgs;
use crate::failure::{Failure, read};
use crate::output;

pub(crate) fn run(args: &CheckArgs) -> Result<(), Failure> {
    let bytes = read(&args.file)?;
    match sandbox()?.admit(&bytes) {
        Ok(admitted) if args.json => output::json(&json!({
            "schema": 1,
            "ok": true,
            "digest": admitted.digest,
            "bytes": admitted.size,
            "name": admitted.description.name,
            "version": admitted.description.version,
            "authors": admitted.description.authors,
            "imports": admitted.imports,
            "reasons": [],
        })),
        Ok(admitted) => output::print(&text(&admitted)),
        Err(reasons) => {
            if args.json {
                let list: Vec<_> = reasons
                    .iter()
                    .map(|reason| {
                        json!({
                            "class": reason.class.name(),
                            "message": reason.message,
                            "hint": reason.hint,
                        })
                    })
                    .collect();
                output::json(&json!({"schema": 1, "ok": false, "reasons": list}))?;
            }
            Err(refused(args.file.display(), &reasons))
        }
    }
}

/// A sandbox under the published limits.
pub(crate) fn sandbox() -> Result<Sandbox, Failure> {
    Sandbox::new(SandboxLimits::PUBLISHED)
        .map_err(|error| Failure::new(format!("the sandbox cannot start: {error}")))
}

/// All reasons against a component.
pub(crate) fn refused(file: impl std::fmt::Display, reasons: &[Refusal]) -> Failure {
    let line = |reason: &Refusal| format!("{file}: {}: {}", reason.class.name(), reason.message);
    let failure = Failure::all(reasons.iter().map(line).collect());
    let mut hints: Vec<&str> = Vec::new();
    for reason in reasons {
        if !hints.contains(&reason.hint) {
            hints.push(reason.hint);
        }
    }
    failure.hint(hints.join("; "))
}

fn text(admitted: &Admitted) -> String {
    let description = &admitted.description;
    let mut text = format!(
        "ok  {} {} by {}\n    {} bytes, digest {}\n    imports:\n",
        description.name,
        description.version,
        description.authors.join(", "),
        admitted.size,
        admitted.digest,
    );
    for import in &admitted.imports {
        text.push_str("      ");
        text.push_str(import);
        text.push('\n');
    }
    text
}
