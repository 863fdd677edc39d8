//! `assay_fuzz_targets::FRAMES_ORDERS`, fed by libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| assay_fuzz_targets::FRAMES_ORDERS.feed(input));
