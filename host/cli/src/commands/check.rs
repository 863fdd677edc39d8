//! `assay check`: would this component be admitted?

use assay_sandbox::is_wasi;
use assay_worker::{Admission, NotAdmitted};
use serde_json::json;

use super::admit;
use crate::args::CheckArgs;
use crate::failure::{Failure, read};
use crate::output::{self, Text};

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
        Ok(admitted) => text(&admitted).print(),
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

fn text(admitted: &Admission) -> Text {
    let description = &admitted.description;
    let (name, version) = (&description.name, &description.version);
    let mut text =
        Text::of(format_args!("ok  {name} {version} by {}", description.authors.join(", ")));
    text.line(format_args!("    {} bytes, digest {}", admitted.size, admitted.digest));
    text.line("    imports:");
    for import in &admitted.imports {
        let mark = if is_wasi(import) { "  (WASI)" } else { "" };
        text.line(format_args!("      {import}{mark}"));
    }
    text
}

/// Those of the imports that are WASI's.
fn wasi(admitted: &Admission) -> Vec<&str> {
    admitted.imports.iter().map(String::as_str).filter(|import| is_wasi(import)).collect()
}
