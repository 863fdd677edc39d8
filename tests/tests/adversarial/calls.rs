//! Guests that call the host and mean it badly: addresses, lists, texts and numbers that are not what
//! they should be; a `realloc` that is not one; messages that would lie or flood.

use assay_sandbox::{Level, LogLine, Outcome};
use assay_tests::Guest;

use crate::{measure_error, outcome, outcome_of, times, trap, unit};

fn log(guest: &Guest) -> Vec<LogLine> {
    let report = unit(guest).report;
    assert_eq!(report.outcome, Outcome::Value(0.0));
    report.log
}

#[test]
fn an_honest_guest_in_text_computes() {
    assert_eq!(outcome("(call $value (call $tensor (f32.const 2.5)))"), Outcome::Value(2.5));
    let logits = "
        (call $batch (global.get $dataset) (i32.const 0) (i32.const 3) (i32.const 1024))
        (call $logits (global.get $network) (call $made) (i32.const 1024))
        (call $shape (call $made) (i32.const 2048))
        (f64.convert_i32_u (i32.load offset=4 (i32.load (i32.const 2048))))";
    assert_eq!(outcome(logits), Outcome::Value(10.0));
}

#[test]
fn a_list_must_lie_in_memory() {
    let full = |list: &str, length: &str| {
        outcome(&format!(
            "(call $full (i32.const {list}) (i32.const {length}) (f32.const 0) (i32.const 1024))
             f64.const 0"
        ))
    };
    assert_eq!(full("-16", "0x3fffffff"), trap("list pointer/length out of bounds of memory"));
    assert_eq!(full("0", "-1"), trap("list pointer/length out of bounds of memory"));
    assert_eq!(full("65532", "2"), trap("list pointer/length out of bounds of memory"));
    assert_eq!(full("2049", "1"), trap("list pointer is not aligned"));
}

#[test]
fn an_answer_must_have_a_place() {
    let full = |answer: &str| {
        outcome(&format!(
            "(call $full (i32.const 0) (i32.const 0) (f32.const 0) (i32.const {answer}))
             f64.const 0"
        ))
    };
    assert_eq!(full("-4"), trap("pointer out of bounds"));
    assert_eq!(full("65532"), trap("pointer out of bounds"));
    assert_eq!(full("1026"), trap("pointer not aligned"));
}

#[test]
fn a_text_must_be_utf8_and_in_memory() {
    let write = |bytes: &str, at: &str, length: &str| {
        let body =
            format!("(call $log (i32.const 1) (i32.const {at}) (i32.const {length})) f64.const 0");
        outcome_of(&Guest::new(&body).functions(&format!("(data (i32.const 2048) \"{bytes}\")")))
    };
    assert_eq!(write("\\ff", "2048", "1"), trap("invalid utf-8 sequence of 1 bytes from index 0"));
    // A surrogate, and half a character.
    let surrogate = write("\\ed\\a0\\80", "2048", "3");
    assert_eq!(surrogate, trap("invalid utf-8 sequence of 1 bytes from index 0"));
    assert_eq!(write("a\\c3", "2048", "2"), trap("incomplete utf-8 byte sequence from index 1"));
    assert_eq!(write("a", "65535", "2"), trap("string pointer/length out of bounds of memory"));
    assert_eq!(write("a", "0", "-1"), trap("string pointer/length out of bounds of memory"));
}

#[test]
fn an_enumeration_has_only_its_cases() {
    let body = "(call $log (i32.const 7) (i32.const 512) (i32.const 1)) f64.const 0";
    assert_eq!(outcome(body), trap("unexpected discriminant: 7"));
}

/// A guest that asks for a list and gives it this place.
fn with_realloc(realloc: &str) -> Outcome {
    let body = "
        (call $read (call $tensor (f32.const 1)) (i32.const 0) (i32.const 1) (i32.const 1024))
        f64.const 0";
    outcome_of(&Guest::new(body).realloc(realloc))
}

#[test]
fn a_realloc_that_traps_ends_the_unit() {
    assert_eq!(
        with_realloc("unreachable"),
        trap("wasm trap: wasm `unreachable` instruction executed")
    );
    assert_eq!(with_realloc("(loop (br 0)) i32.const 0"), Outcome::OutOfFuel);
}

#[test]
fn a_realloc_that_calls_the_host_ends_the_unit() {
    let refused = trap("wasm trap: cannot leave component instance");
    assert_eq!(with_realloc("(drop (call $work-left)) i32.const 16384"), refused);
    assert_eq!(with_realloc("(drop (call $tensor (f32.const 1))) i32.const 16384"), refused);
    assert_eq!(with_realloc("(call $drop-network (global.get $network)) i32.const 16384"), refused);
}

#[test]
fn a_realloc_must_give_memory() {
    assert_eq!(with_realloc("i32.const 16386"), trap("realloc return: result not aligned"));
    assert_eq!(with_realloc("i32.const 65536"), trap("realloc return: beyond end of memory"));
    assert_eq!(with_realloc("i32.const -4"), trap("realloc return: beyond end of memory"));
    // Over the answer itself: the guest's own business.
    assert_eq!(with_realloc("i32.const 1024"), Outcome::Value(0.0));
}

#[test]
fn a_shape_whose_product_overflows_is_an_error() {
    let shape = |axes: &[u32], count: u32| {
        let bytes = axes.iter().flat_map(|axis| axis.to_le_bytes());
        let bytes = bytes.map(|byte| format!("\\{byte:02x}")).collect::<Vec<_>>().concat();
        let body = format!(
            "(call $from-list (i32.const 2048) (i32.const {}) (i32.const 0) (i32.const {count})
                (i32.const 1024))
             (call $check) f64.const 0",
            axes.len()
        );
        outcome_of(&Guest::new(&body).functions(&format!("(data (i32.const 2048) \"{bytes}\")")))
    };
    let over =
        |axes: &str| measure_error(&format!("a tensor of shape {axes} has over 67108864 elements"));
    // 2^32, 2^64 and 2^256 elements, which are 0 in 32 and 64 bits.
    assert_eq!(shape(&[65536, 65536], 0), over("[65536, 65536]"));
    assert_eq!(shape(&[65536; 4], 0), over("[65536, 65536, 65536, 65536]"));
    let most = u32::MAX;
    assert_eq!(shape(&[most; 8], 1), over(&format!("{:?}", [most; 8])));
    // An axis of length 0 does not excuse the others.
    assert_eq!(shape(&[0, most], 0), over("[0, 4294967295]"));
    assert_eq!(shape(&[1; 9], 1), measure_error("9 axes, at most 8 are possible"));
    assert_eq!(shape(&[3], 2), measure_error("2 values for shape [3], which has 3"));
}

#[test]
fn no_payload_of_a_nan_comes_back() {
    // A quiet NaN with a payload, a signalling one, and a negative one.
    for bits in ["0x7fc12345", "0x7f800001", "0xffc00000"] {
        let body = format!(
            "(i32.store (i32.const 2048) (i32.const 1))
             (i32.store (i32.const 2052) (i32.const {bits}))
             (call $from-list (i32.const 2048) (i32.const 1) (i32.const 2052) (i32.const 1)
                (i32.const 1024))
             (call $read (call $made) (i32.const 0) (i32.const 1) (i32.const 1024))
             (call $check)
             (f64.convert_i32_u (i32.load (i32.load (i32.const 1028))))"
        );
        assert_eq!(outcome(&body), Outcome::Value(f64::from(0x7fc0_0000_u32)), "{bits}");
    }
    // As an argument, and read back as a scalar.
    let body = "
        (call $full (i32.const 0) (i32.const 0) (f32.const nan:0x2345) (i32.const 1024))
        (call $scalar (call $made) (i32.const 1024))
        (f64.convert_i32_u (i32.load (i32.const 1028)))";
    assert_eq!(outcome(body), Outcome::Value(f64::from(0x7fc0_0000_u32)));
}

#[test]
fn a_message_can_neither_forge_a_line_nor_steer_a_terminal() {
    let text = "ok\\0a2026 warning: forged\\0d\\1b[31m\\1b]0;title\\07\\c2\\9b2J\\00\\7f";
    let body = "(call $log (i32.const 2) (i32.const 2048) (i32.const 45)) f64.const 0";
    let guest = Guest::new(body).functions(&format!("(data (i32.const 2048) \"{text}\")"));
    let shown =
        "ok\\n2026 warning: forged\\r\\u{1b}[31m\\u{1b}]0;title\\u{7}\\u{9b}2J\\u{0}\\u{7f}";
    assert_eq!(log(&guest), [LogLine { level: Level::Warning, text: shown.to_owned() }]);
}

#[test]
fn a_flood_of_messages_is_cut_off() {
    let many = |count: u64, length: usize| {
        let write = format!("(call $log (i32.const 0) (i32.const 4096) (i32.const {length}))");
        let functions = format!("(data (i32.const 4096) \"{}\")", "x".repeat(8192));
        let body = times(count, &write) + "f64.const 0";
        let log = log(&Guest::new(&body).functions(&functions));
        assert!(log.iter().all(|line| line.text == "x".repeat(length.min(1024))), "{log:?}");
        log.len()
    };
    assert_eq!(many(1, 1023), 1);
    // Longer ones are cut, and 16 of the longest are all that is kept.
    assert_eq!(many(17, 8192), 16);
    assert_eq!(many(200, 1), 200);
    assert_eq!(many(10_000, 1), 200);
    // The empty message is a message too.
    assert_eq!(many(10_000, 0), 200);
}
