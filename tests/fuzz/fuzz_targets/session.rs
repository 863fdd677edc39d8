//! `assay_fuzz_targets::SESSION`, fed by libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| assay_fuzz_targets::SESSION.feed(input));
