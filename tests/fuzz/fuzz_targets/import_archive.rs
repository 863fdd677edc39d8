//! `assay_fuzz_targets::IMPORT_ARCHIVE`, fed by libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| assay_fuzz_targets::IMPORT_ARCHIVE.feed(input));
