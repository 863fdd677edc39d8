//! The canonical encoding tells calls apart, whatever they differ in.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod fake;

use std::collections::BTreeMap;

use assay_call::Call;
use fake::cases::cases;

/// Zeros behind a call's bytes, so that a list whose length was changed finds something to hold.
const BEHIND: usize = 64;

/// Every call that comes out when one bit of a call's bytes is turned. Nothing here knows what fields
/// a call has: each of them is in the bytes, so each of them is changed, kinds of calls included.
fn neighbours(call: &Call) -> impl Iterator<Item = Call> + use<> {
    let bytes = postcard::to_stdvec(call).unwrap();
    let turned = (0..8 * bytes.len()).map(move |bit| {
        let mut bytes = bytes.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        bytes.extend([0; BEHIND]);
        postcard::take_from_bytes(&bytes).map(|(call, _)| call)
    });
    turned.filter_map(Result::ok)
}

#[test]
fn calls_that_differ_have_different_digests() {
    let mut known = BTreeMap::new();
    let mut met = BTreeMap::<_, usize>::new();
    let samples = [[1, 1, 1, 1], [2, 3, 4, 2]].into_iter().flat_map(cases);
    for sample in samples {
        for call in neighbours(&sample.call).chain([sample.call]) {
            // As text, NaNs are equal, as they are in the encoding.
            let text = format!("{call:?}");
            let before = known.entry(*call.digest().as_bytes()).or_insert_with(|| text.clone());
            assert_eq!(*before, text, "one digest of two calls");
            *met.entry(call.name()).or_default() += 1;
        }
    }
    assert_eq!(met.len(), assay_call::price::PRICES.len());
    assert!(known.len() > 5000, "only {} calls", known.len());
}

#[test]
fn equal_calls_have_equal_digests() {
    let sizes = [2, 3, 4, 2];
    for (one, other) in cases(sizes).iter().zip(&cases(sizes)) {
        assert_eq!(one.call.digest(), other.call.digest());
    }
}
