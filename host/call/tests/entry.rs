//! The bytes of entries: each value has one form, and nothing else is read.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use assay_call::canonical::Writer;
use assay_call::{
    CallError, Ending, Entry, ErrorKind, LIMITS, NetworkHandle, Reply, Statistics, TensorHandle,
};
use assay_ids::Digest;
use assay_network::{Activation, Layer, LayerKind, Padding, Parameter, ParameterRole, Window};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

fn text() -> impl Strategy<Value = String> {
    "\\PC{0,12}|networks\\.logits|\n"
}

/// Every bit pattern but the NaNs that stand for the one, so that values can be compared.
fn float() -> impl Strategy<Value = f32> {
    prop_oneof![
        any::<u32>().prop_map(f32::from_bits).prop_filter("one NaN", |value| !value.is_nan()),
        select(vec![0.0, -0.0, f32::INFINITY, f32::NEG_INFINITY, f32::MIN_POSITIVE]),
    ]
}

fn digest() -> impl Strategy<Value = Digest> {
    any::<[u8; 32]>().prop_map(Digest::from_bytes)
}

fn window() -> impl Strategy<Value = Window> {
    let padding = select(vec![Padding::Same, Padding::Valid]);
    (any::<[u32; 2]>(), any::<[u32; 2]>(), padding).prop_map(|(size, strides, padding)| Window {
        size,
        strides,
        padding,
    })
}

fn kind() -> impl Strategy<Value = LayerKind> {
    let names: Vec<&str> = Activation::known_names().collect();
    let activation =
        || select(names.clone()).prop_map(|name| Activation::from_keras(name).unwrap());
    prop_oneof![
        (any::<u32>(), window(), activation(), any::<bool>()).prop_map(
            |(filters, window, activation, bias)| {
                LayerKind::Conv2d { filters, window, activation, bias }
            }
        ),
        (any::<u32>(), activation(), any::<bool>())
            .prop_map(|(units, activation, bias)| LayerKind::Dense { units, activation, bias }),
        window().prop_map(|window| LayerKind::MaxPool2d { window }),
        window().prop_map(|window| LayerKind::AvgPool2d { window }),
        Just(LayerKind::GlobalAvgPool2d),
        Just(LayerKind::Flatten),
        float().prop_map(|rate| LayerKind::Dropout { rate }),
        (float(), any::<bool>(), any::<bool>())
            .prop_map(|(epsilon, scale, center)| LayerKind::BatchNorm { epsilon, scale, center }),
        activation().prop_map(|activation| LayerKind::Activation { activation }),
    ]
}

fn layer() -> impl Strategy<Value = Layer> {
    let shape = || vec(any::<usize>(), 0..4);
    (kind(), shape(), shape(), any::<[usize; 2]>(), any::<u64>()).prop_map(
        |(kind, input, output, [start, end], operations)| Layer {
            kind,
            input,
            output,
            parameters: start..end,
            operations,
        },
    )
}

fn parameter() -> impl Strategy<Value = Parameter> {
    use ParameterRole::{Beta, Bias, Gamma, Kernel, MovingMean, MovingVariance};
    let role = select(vec![Kernel, Bias, Gamma, Beta, MovingMean, MovingVariance]);
    (any::<usize>(), role, vec(any::<usize>(), 0..5)).prop_map(|(layer, role, shape)| Parameter {
        layer,
        role,
        shape,
    })
}

fn reply() -> impl Strategy<Value = Reply> {
    let indices = || vec(any::<u32>(), 0..6);
    let tensor = || (any::<u32>().prop_map(TensorHandle), vec(any::<u32>(), 0..4));
    prop_oneof![
        Just(Reply::Done),
        vec(tensor(), 0..4).prop_map(Reply::Tensors),
        float().prop_map(Reply::Scalar),
        vec(float(), 0..6).prop_map(Reply::Floats),
        indices().prop_map(Reply::Indices),
        indices().prop_map(Reply::Shape),
        any::<u64>().prop_map(Reply::Number),
        (tensor(), indices()).prop_map(|(values, indices)| Reply::Ranking { values, indices }),
        any::<u32>().prop_map(|handle| Reply::Network(NetworkHandle(handle))),
        vec(layer(), 0..4).prop_map(Reply::Layers),
        vec(parameter(), 0..4).prop_map(Reply::Parameters),
        [float(), float(), float(), float()].prop_map(|[minimum, maximum, mean, deviation]| {
            Reply::Statistics(Statistics { minimum, maximum, mean, deviation })
        }),
        (select(ErrorKind::ALL), text())
            .prop_map(|(kind, message)| Reply::Error(CallError { kind, message })),
    ]
}

fn ending() -> impl Strategy<Value = Ending> {
    prop_oneof![
        Just(Ending::Work),
        any::<u64>().prop_map(|max| Ending::Calls { max }),
        any::<u64>().prop_map(|max| Ending::Transcript { max }),
        Just(Ending::Handle),
    ]
}

fn entry() -> impl Strategy<Value = Entry> {
    let numbers = || any::<[u64; 2]>();
    prop_oneof![
        4 => (text(), digest(), numbers(), reply(), vec(digest(), 0..3)).prop_map(
            |(name, call, [work, bytes], reply, contents)| {
                Entry::Call { name, call, work, bytes, reply, contents }
            }
        ),
        1 => (text(), digest(), numbers(), ending()).prop_map(
            |(name, call, [work, bytes], ending)| Entry::Stop { name, call, work, bytes, ending }
        ),
        1 => (text(), text()).prop_map(|(name, text)| Entry::Note { name, text }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn what_is_written_reads_back(entry in entry()) {
        let bytes = entry.encode();
        prop_assert_eq!(Entry::decode(&bytes), Ok(entry));
    }

    /// A changed byte makes another entry or none, and never the same one in another form.
    #[test]
    fn every_entry_has_one_form(entry in entry(), at in any::<prop::sample::Index>(), by in 1_u8..) {
        let mut bytes = entry.encode();
        let at = at.index(bytes.len());
        bytes[at] ^= by;
        if let Ok(other) = Entry::decode(&bytes) {
            prop_assert_eq!(other.encode(), bytes);
        }
    }

    #[test]
    fn no_end_is_too_early_or_too_late(entry in entry(), at in any::<prop::sample::Index>()) {
        let mut bytes = entry.encode();
        prop_assert!(Entry::decode(&bytes[..at.index(bytes.len())]).is_err());
        bytes.push(0);
        prop_assert!(Entry::decode(&bytes).is_err());
    }

    #[test]
    fn arbitrary_bytes_are_refused_or_canonical(bytes in vec(any::<u8>(), 0..200)) {
        if let Ok(entry) = Entry::decode(&bytes) {
            prop_assert_eq!(entry.encode(), bytes);
        }
    }
}

#[test]
fn an_entry_has_the_bytes_that_it_always_had() {
    let reply = Reply::Floats(vec![1.0, -0.0, f32::from_bits(0xffff_ffff)]);
    let entry = Entry::Call {
        name: "tensors.read".to_owned(),
        call: Digest::of(b"a call"),
        work: 1003,
        bytes: 12,
        reply,
        contents: Vec::new(),
    };
    let mut expected = Writer::new();
    expected.text("call").text("name").text("tensors.read").text("call");
    expected.hash(Digest::of(b"a call")).text("work").number(1003).text("bytes").number(12);
    expected.text("reply").text("floats").count(3);
    let mut bytes = expected.finish();
    bytes.extend([0, 0, 128, 63, 0, 0, 0, 128, 0, 0, 192, 127]);
    bytes.extend([8, 0, 0, 0]);
    bytes.extend(b"contents");
    bytes.extend([0; 4]);
    assert_eq!(entry.encode(), bytes);
    assert_eq!(Entry::decode(&bytes).unwrap().encode(), bytes);
}

#[test]
fn a_second_name_of_an_activation_is_refused() {
    let layer = |activation: &str| {
        let mut out = Writer::new();
        out.text("call").text("name").text("networks.layers").text("call");
        out.hash(Digest::of(b"")).text("work").number(0).text("bytes").number(0);
        out.text("reply").text("layers").count(1).text("activation").text(activation);
        out.shape(&[1]).shape(&[1]).number(0).number(0).number(1).text("contents").count(0);
        Entry::decode(&out.finish())
    };
    assert!(layer("swish").is_ok());
    assert!(layer("silu").unwrap_err().to_string().contains("names no activation"));
}

#[test]
fn too_many_bytes_are_refused_unread() {
    let max = LIMITS.iter().find(|limit| limit.name == "ENTRY_BYTES_MAX").unwrap().value;
    let error = Entry::decode(&vec![0xff; max as usize + 1]).unwrap_err();
    assert!(error.to_string().contains("at most"), "{error}");
}
