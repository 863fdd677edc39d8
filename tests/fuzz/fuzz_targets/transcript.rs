//! `assay_fuzz_targets::TRANSCRIPT`, fed by libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| assay_fuzz_targets::TRANSCRIPT.feed(input));
