//! `assay check`: would this component be admitted?

use assay_sandbox::is_wasi;
use assay_worker::{Admission, NotAdmitted};
use serde_json::json;

use super::admit;
use crate::args::CheckArgs;
use crate::failure::{Failure, read};
use crate::output;

pub(crate) fn run(args: &CheckArgs) -> Result<(), Failure> {
    let bytes = read(&args.file)?;
    match admit::worker(args.rules.limits())?.admit(&bytes) {
        Ok(admitted) if args.json => output::json(&json!({
            "schema": 1,
            "ok": true,
            "digest": admitted.digest,
            "bytes": admitted.size,
            "name": admitted.description.name,
            "version": admitted.description.version,
            "authors": admitted.description.authors,
            "imports": admitted.imports,
            "wasi": wasi(&admitted),
            "reasons": [],
        })),
        Ok(admitted) => output::print(&text(&admitted)),
        Err(NotAdmitted::Failed(error)) => Err(Failure::new(error)),
        Err(NotAdmitted::Refused(reasons)) => {
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
            Err(admit::refused(args.file.display(), &reasons))
        }
    }
}

fn text(admitted: &Admission) -> String {
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
        let mark = if is_wasi(import) { "  (WASI)" } else { "" };
        text.push_str(&["      ", import, mark, "\n"].concat());
    }
    text
}

/// Those of the imports that are WASI's.
fn wasi(admitted: &Admission) -> Vec<&str> {
    admitted.imports.iter().map(String::as_str).filter(|import| is_wasi(import)).collect()
}
