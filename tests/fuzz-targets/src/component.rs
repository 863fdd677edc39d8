//! Admission of components.

use std::sync::LazyLock;

use assay_ids::Digest;
use assay_sandbox::{Refusal, Sandbox, SandboxLimits};
use assay_tests::Guest;

use crate::material::files;
use crate::target::twice;
use crate::{Memory, Seed, Target};

/// Admission of small components, without running anything of them.
pub const COMPONENT_COMPILE: Target = Target {
    name: "component_compile",
    about: "the bytes of a small component: form, imports, exports, compiled code; one verdict, the \
            same code each time, reasons that can be shown",
    weight: 150,
    short: 1000,
    length_max: 1 << 12,
    memory: Memory::new(64, 16384),
    run: |input| {
        let verdict = || {
            let compiled = SANDBOX.compile(input);
            compiled.map(|(imports, code)| (imports, Digest::of(&code)))
        };
        match twice(verdict) {
            Ok((imports, _)) => {
                let ours = |import: &String| import.starts_with("assay:measure/");
                assert!(imports.iter().all(ours), "{imports:?}");
            }
            Err(refusals) => shown(&refusals),
        }
    },
    seeds: |_| small(),
    words: WORDS,
};

/// Admission whole, with `describe`, of components of any size that is admitted here.
pub const COMPONENT_ADMIT: Target = Target {
    name: "component_admit",
    about: "a whole admission, which runs `describe` under small limits: one verdict, and a \
            description that can be shown",
    weight: 10,
    short: 100,
    length_max: 1 << 16,
    memory: Memory::new(256, 16384),
    run: |input| {
        let verdict = || {
            let admitted = SANDBOX.admit(input);
            admitted.map(|admitted| (admitted.digest, admitted.size, admitted.description))
        };
        // Compiling a large one takes long enough once.
        let verdict = if input.len() > ONCE { verdict() } else { twice(verdict) };
        match verdict {
            Ok((digest, size, description)) => {
                assert_eq!((digest, size), (Digest::of(input), input.len()));
                assert_eq!(description.clone().shown(), Ok(description));
            }
            Err(refusals) => shown(&refusals),
        }
    },
    seeds: |material| {
        let mut seeds = small();
        let places = [Some(material.golden.as_path()), Some(material.guests.as_path())];
        seeds.extend(files(&places, ".wasm", 1 << 16, 3));
        seeds
    },
    words: WORDS,
};

/// Components of more bytes are admitted once, not twice.
const ONCE: usize = 4096;

static SANDBOX: LazyLock<Sandbox> = LazyLock::new(|| {
    let mut limits = SandboxLimits::PUBLISHED;
    limits.component_bytes_max = 1 << 16;
    limits.describe_fuel_max = 100_000;
    limits.memory_bytes_max = 4 << 20;
    limits.table_elements_max = 1000;
    limits.hostcall_bytes_max = 1 << 16;
    // Fuel ends whatever runs here; a watchdog would be another thread.
    Sandbox::unwatched(limits).expect("the sandbox can be made")
});

fn shown(refusals: &[Refusal]) {
    assert!(!refusals.is_empty(), "refused without a reason");
    for refusal in refusals {
        assert_eq!(refusal.clone().shown(), *refusal, "a reason that cannot be shown");
        assert!(!refusal.hint.is_empty());
    }
}

fn small() -> Vec<Seed> {
    let guest = || Guest::new("f64.const 0.5");
    let guests = [
        ("value", guest()),
        ("describe-traps", guest().describe("unreachable")),
        ("describe-loops", guest().describe("(loop $l (br $l)) i32.const 64")),
        ("describe-recurses", guest().describe("(call $recurse (i32.const 0))")),
        ("describe-outside", guest().describe("i32.const -4")),
        ("many-pages", guest().memory("65000")),
        ("bad-name", guest().name("Not A Name")),
        ("imports-sockets", guest().extra(r#"(import "wasi:sockets/tcp@0.2.0" (instance))"#)),
        (
            "body",
            Guest::new(
                "(f64.add (f64.convert_i64_u (local.get $seed))
                (f64.promote_f32 (f32.sqrt (f32.const -1))))",
            ),
        ),
    ];
    let mut seeds: Vec<Seed> =
        guests.into_iter().map(|(name, guest)| Seed::new(name, guest.bytes())).collect();
    // A core module, and native code that was compiled here.
    seeds.push(Seed::new("module", b"\0asm\x01\0\0\0".as_slice()));
    if let Ok((_, code)) = SANDBOX.compile(&guest().bytes()) {
        seeds.push(Seed::new("native", &code[..code.len().min(4096)]));
    }
    seeds
}

const WORDS: &[&str] = &[
    "\u{0}asm\u{d}\u{0}\u{1}\u{0}",
    "\u{0}asm\u{1}\u{0}\u{0}\u{0}",
    "assay:measure/networks@0.1.0",
    "assay:measure/data@0.1.0",
    "assay:measure/types@0.1.0",
    "assay:measure/tensors@0.1.0",
    "assay:measure/log@0.1.0",
    "describe",
    "evaluate",
    "network",
    "dataset",
    "wasi:cli/run@0.2.0",
];

/// The components that a corpus may begin with are themselves admitted or refused as meant.
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_reach_both_verdicts() {
        let seeds = small();
        let admitted = |name: &str| {
            let seed = seeds.iter().find(|seed| seed.name == name).unwrap();
            SANDBOX.admit(&seed.bytes).map(drop).map_err(|refusals| refusals[0].class.name())
        };
        assert_eq!(admitted("value"), Ok(()));
        assert_eq!(admitted("body"), Ok(()));
        assert_eq!(admitted("bad-name"), Err("bad-description"));
        assert_eq!(admitted("imports-sockets"), Err("import-not-allowed"));
        assert_eq!(admitted("native"), Err("invalid-component"));
    }
}
