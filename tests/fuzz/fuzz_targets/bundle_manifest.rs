//! `assay_fuzz_targets::BUNDLE_MANIFEST`, fed by libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| assay_fuzz_targets::BUNDLE_MANIFEST.feed(input));
