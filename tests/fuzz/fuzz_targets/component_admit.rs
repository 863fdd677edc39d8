//! `assay_fuzz_targets::COMPONENT_ADMIT`, fed by libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| assay_fuzz_targets::COMPONENT_ADMIT.feed(input));
