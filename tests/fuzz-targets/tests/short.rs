//! The short run of every target: its seeds, and a fixed number of inputs that a deterministic mutator
//! makes of them. No nightly toolchain and no corpus is needed, and a failure comes back each time.
//! `ASSAY_FULL=1` runs many more of the same inputs.

use std::panic::{AssertUnwindSafe, catch_unwind};

use assay_fuzz_targets::{Material, Mutator, TARGETS, Target};

/// How many times as long the long run is.
const LONG: usize = 25;

fn run(target: &Target) {
    let material = Material::find();
    let seeds = (target.seeds)(&material);
    assert!(!seeds.is_empty(), "{} has no seeds", target.name);
    let long = std::env::var_os("ASSAY_FULL").is_some_and(|value| value == "1");
    let count = target.short as usize * if long { LONG } else { 1 };
    let named = seeds.iter().map(|seed| (seed.name.clone(), seed.bytes.clone()));
    let mutated = Mutator::new(target, &seeds).take(count).enumerate();
    let mutated = mutated.map(|(at, input)| (format!("mutation {at}"), input));
    for (name, input) in named.chain(mutated) {
        let fed = catch_unwind(AssertUnwindSafe(|| target.feed(&input)));
        assert!(
            fed.is_ok(),
            "{} fails on {name}, {} bytes:\n{}",
            target.name,
            input.len(),
            hex(&input)
        );
    }
}

/// An input as text; enough of it to tell, and all of a small one.
fn hex(input: &[u8]) -> String {
    let digits: Vec<String> = input.iter().take(4096).map(|byte| format!("{byte:02x}")).collect();
    let shown = digits.concat();
    if input.len() > 4096 { format!("{shown}…") } else { shown }
}

macro_rules! targets {
    ($($name:ident $target:ident,)+) => {
        $(
            #[test]
            fn $name() {
                run(&assay_fuzz_targets::$target);
            }
        )+

        #[test]
        fn every_target_is_run_here_and_has_a_binary() {
            let here = [$(stringify!($name),)+];
            let all: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
            assert_eq!(all, here);
            let fuzz = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz");
            let manifest = std::fs::read_to_string(fuzz.join("Cargo.toml")).unwrap();
            for name in all {
                let source = fuzz.join(format!("fuzz_targets/{name}.rs"));
                let source = std::fs::read_to_string(&source).unwrap();
                assert!(source.contains(&name.to_uppercase()), "{name}: {source}");
                assert!(manifest.contains(&format!("name = \"{name}\"")), "{name}");
            }
        }
    };
}

targets! {
    component_compile COMPONENT_COMPILE,
    component_admit COMPONENT_ADMIT,
    frames_unit FRAMES_UNIT,
    frames_orders FRAMES_ORDERS,
    frames_answers FRAMES_ANSWERS,
    last_words LAST_WORDS,
    session SESSION,
    import_config IMPORT_CONFIG,
    import_weights IMPORT_WEIGHTS,
    import_shard IMPORT_SHARD,
    import_archive IMPORT_ARCHIVE,
    import_task IMPORT_TASK,
    task_manifest TASK_MANIFEST,
    task_files TASK_FILES,
    entry ENTRY,
    record RECORD,
    transcript TRANSCRIPT,
    bundle BUNDLE,
    bundle_manifest BUNDLE_MANIFEST,
    score SCORE,
}
