//! `assay_fuzz_targets::COMPONENT_COMPILE`, fed by libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| assay_fuzz_targets::COMPONENT_COMPILE.feed(input));
