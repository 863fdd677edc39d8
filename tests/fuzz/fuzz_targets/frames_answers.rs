//! `assay_fuzz_targets::FRAMES_ANSWERS`, fed by libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| assay_fuzz_targets::FRAMES_ANSWERS.feed(input));
