//! Guests written as text that use WASI, each function by its name.

/// The imports of [`wasi_guest`]. Releases of 0.2 differ on purpose.
const IMPORTS: &str = r#"
  (import "assay:measure/networks@0.1.0"
    (instance $networks (export "network" (type (sub resource)))))
  (import "assay:measure/data@0.1.0"
    (instance $data (export "dataset" (type (sub resource)))))
  (alias export $networks "network" (type $network))
  (alias export $data "dataset" (type $dataset))

  (import "wasi:io/error@0.2.0" (instance $errors (export "error" (type (sub resource)))))
  (alias export $errors "error" (type $error))
  (import "wasi:io/poll@0.2.0" (instance $polls
    (export "pollable" (type $p (sub resource)))
    (export "[method]pollable.ready" (func (param "self" (borrow $p)) (result bool)))
    (export "[method]pollable.block" (func (param "self" (borrow $p))))
    (export "poll" (func (param "in" (list (borrow $p))) (result (list u32))))))
  (alias export $polls "pollable" (type $pollable))
  (import "wasi:io/streams@0.2.3" (instance $streams
    (export "error" (type $e (eq $error)))
    (export "pollable" (type $p (eq $pollable)))
    (export "input-stream" (type $in (sub resource)))
    (export "output-stream" (type $out (sub resource)))
    (type $variant (variant (case "last-operation-failed" (own $e)) (case "closed")))
    (export "stream-error" (type $failed (eq $variant)))
    (export "[method]input-stream.read"
      (func (param "self" (borrow $in)) (param "len" u64) (result (result (list u8) (error $failed)))))
    (export "[method]input-stream.blocking-read"
      (func (param "self" (borrow $in)) (param "len" u64) (result (result (list u8) (error $failed)))))
    (export "[method]input-stream.skip"
      (func (param "self" (borrow $in)) (param "len" u64) (result (result u64 (error $failed)))))
    (export "[method]input-stream.subscribe" (func (param "self" (borrow $in)) (result (own $p))))
    (export "[method]output-stream.check-write"
      (func (param "self" (borrow $out)) (result (result u64 (error $failed)))))
    (export "[method]output-stream.write"
      (func (param "self" (borrow $out)) (param "contents" (list u8)) (result (result (error $failed)))))
    (export "[method]output-stream.blocking-write-and-flush"
      (func (param "self" (borrow $out)) (param "contents" (list u8)) (result (result (error $failed)))))
    (export "[method]output-stream.blocking-flush"
      (func (param "self" (borrow $out)) (result (result (error $failed)))))
    (export "[method]output-stream.write-zeroes"
      (func (param "self" (borrow $out)) (param "len" u64) (result (result (error $failed)))))
    (export "[method]output-stream.subscribe" (func (param "self" (borrow $out)) (result (own $p))))
    (export "[method]output-stream.splice"
      (func (param "self" (borrow $out)) (param "src" (borrow $in)) (param "len" u64)
        (result (result u64 (error $failed)))))))
  (alias export $streams "input-stream" (type $input))
  (alias export $streams "output-stream" (type $output))
  (import "wasi:cli/stdin@0.2.0" (instance $stdin
    (export "input-stream" (type $in (eq $input)))
    (export "get-stdin" (func (result (own $in))))))
  (import "wasi:cli/stdout@0.2.0" (instance $stdout
    (export "output-stream" (type $out (eq $output)))
    (export "get-stdout" (func (result (own $out))))))
  (import "wasi:cli/stderr@0.2.9" (instance $stderr
    (export "output-stream" (type $out (eq $output)))
    (export "get-stderr" (func (result (own $out))))))
  (import "wasi:cli/terminal-output@0.2.0" (instance $terminals
    (export "terminal-output" (type (sub resource)))))
  (alias export $terminals "terminal-output" (type $terminal))
  (import "wasi:cli/terminal-stdout@0.2.0" (instance $terminal-stdout
    (export "terminal-output" (type $t (eq $terminal)))
    (export "get-terminal-stdout" (func (result (option (own $t)))))))
  (import "wasi:cli/environment@0.2.12" (instance $environment
    (export "get-environment" (func (result (list (tuple string string)))))
    (export "get-arguments" (func (result (list string))))
    (export "initial-cwd" (func (result (option string))))))
  (import "wasi:cli/exit@0.2.12" (instance $exits
    (export "exit" (func (param "status" (result))))
    (export "exit-with-code" (func (param "status-code" u8)))))
  (import "wasi:clocks/monotonic-clock@0.2.0" (instance $monotonic
    (export "pollable" (type $p (eq $pollable)))
    (export "now" (func (result u64)))
    (export "resolution" (func (result u64)))
    (export "subscribe-instant" (func (param "when" u64) (result (own $p))))
    (export "subscribe-duration" (func (param "when" u64) (result (own $p))))))
  (import "wasi:clocks/wall-clock@0.2.0" (instance $wall
    (type $record (record (field "seconds" u64) (field "nanoseconds" u32)))
    (export "datetime" (type $datetime (eq $record)))
    (export "now" (func (result $datetime)))
    (export "resolution" (func (result $datetime)))))
  (import "wasi:filesystem/types@0.2.0" (instance $files
    (export "descriptor" (type (sub resource)))))
  (alias export $files "descriptor" (type $descriptor))
  (import "wasi:filesystem/preopens@0.2.0" (instance $preopens
    (export "descriptor" (type $d (eq $descriptor)))
    (export "get-directories" (func (result (list (tuple (own $d) string)))))))
  (import "wasi:random/random@0.2.0" (instance $random
    (export "get-random-bytes" (func (param "len" u64) (result (list u8))))
    (export "get-random-u64" (func (result u64)))))
  (import "wasi:random/insecure@0.2.0" (instance $insecure
    (export "get-insecure-random-u64" (func (result u64)))))
  (import "wasi:random/insecure-seed@0.2.0" (instance $insecure-seed
    (export "insecure-seed" (func (result (tuple u64 u64))))))
"#;

/// What a body may call: name, what it is lowered from, parameters and result of the core function. Results
/// that are no number are written to the address in the last parameter.
const FUNCTIONS: [(&str, &str, &str); 30] = [
    ("ready", r#"$polls "[method]pollable.ready""#, "(param i32) (result i32)"),
    ("block", r#"$polls "[method]pollable.block""#, "(param i32)"),
    ("poll", r#"$polls "poll""#, "(param i32 i32 i32)"),
    ("read", r#"$streams "[method]input-stream.read""#, "(param i32 i64 i32)"),
    ("blocking-read", r#"$streams "[method]input-stream.blocking-read""#, "(param i32 i64 i32)"),
    ("skip", r#"$streams "[method]input-stream.skip""#, "(param i32 i64 i32)"),
    ("subscribe-in", r#"$streams "[method]input-stream.subscribe""#, "(param i32) (result i32)"),
    ("check-write", r#"$streams "[method]output-stream.check-write""#, "(param i32 i32)"),
    ("write", r#"$streams "[method]output-stream.write""#, "(param i32 i32 i32 i32)"),
    (
        "blocking-write",
        r#"$streams "[method]output-stream.blocking-write-and-flush""#,
        "(param i32 i32 i32 i32)",
    ),
    ("flush", r#"$streams "[method]output-stream.blocking-flush""#, "(param i32 i32)"),
    ("write-zeroes", r#"$streams "[method]output-stream.write-zeroes""#, "(param i32 i64 i32)"),
    ("subscribe-out", r#"$streams "[method]output-stream.subscribe""#, "(param i32) (result i32)"),
    ("splice", r#"$streams "[method]output-stream.splice""#, "(param i32 i32 i64 i32)"),
    ("stdin", r#"$stdin "get-stdin""#, "(result i32)"),
    ("stdout", r#"$stdout "get-stdout""#, "(result i32)"),
    ("stderr", r#"$stderr "get-stderr""#, "(result i32)"),
    ("terminal", r#"$terminal-stdout "get-terminal-stdout""#, "(param i32)"),
    ("environment", r#"$environment "get-environment""#, "(param i32)"),
    ("arguments", r#"$environment "get-arguments""#, "(param i32)"),
    ("initial-cwd", r#"$environment "initial-cwd""#, "(param i32)"),
    ("exit", r#"$exits "exit""#, "(param i32)"),
    ("exit-with-code", r#"$exits "exit-with-code""#, "(param i32)"),
    ("now", r#"$monotonic "now""#, "(result i64)"),
    ("resolution", r#"$monotonic "resolution""#, "(result i64)"),
    ("instant", r#"$monotonic "subscribe-instant""#, "(param i64) (result i32)"),
    ("duration", r#"$monotonic "subscribe-duration""#, "(param i64) (result i32)"),
    ("wall-now", r#"$wall "now""#, "(param i32)"),
    ("wall-resolution", r#"$wall "resolution""#, "(param i32)"),
    ("directories", r#"$preopens "get-directories""#, "(param i32)"),
];
/// The same for what is random.
const RANDOM: [(&str, &str, &str); 4] = [
    ("random-bytes", r#"$random "get-random-bytes""#, "(param i64 i32)"),
    ("random", r#"$random "get-random-u64""#, "(result i64)"),
    ("insecure", r#"$insecure "get-insecure-random-u64""#, "(result i64)"),
    ("insecure-seed", r#"$insecure-seed "insecure-seed""#, "(param i32)"),
];
/// The same for what gives a handle back.
const DROPS: [(&str, &str); 5] = [
    ("drop-network", "$network"),
    ("drop-dataset", "$dataset"),
    ("drop-pollable", "$pollable"),
    ("drop-in", "$input"),
    ("drop-out", "$output"),
];

/// A guest whose `evaluate` runs these instructions, which leave an `f64`: the seed is `$seed`; `$n` (`i64`),
/// `$h` and `$i` (`i32`) are free, as is memory from 1024 to 60000; strings may be placed by `data`, segments as
/// WebAssembly text writes them.
///
/// # Panics
///
/// If the text is wrong.
pub fn wasi_guest(body: &str, data: &str) -> Vec<u8> {
    wasi_guest_describing("", body, data)
}

/// The same, whose `describe` first runs some instructions.
///
/// # Panics
///
/// If the text is wrong.
pub fn wasi_guest_describing(describe: &str, body: &str, data: &str) -> Vec<u8> {
    let options = r#"(memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))"#;
    let lowered = |(name, from, ty)| (name, format!("lower (func {from}) {options}"), ty);
    let dropped = |(name, resource)| (name, format!("resource.drop {resource}"), "(param i32)");
    let functions: Vec<(&str, String, &str)> = FUNCTIONS
        .into_iter()
        .chain(RANDOM)
        .map(lowered)
        .chain(DROPS.into_iter().map(dropped))
        .collect();
    let each = |write: &dyn Fn(&(&str, String, &str)) -> String| -> String {
        functions.iter().map(|function| write(function) + "\n").collect()
    };
    let defined = each(&|(name, made, _)| format!("(core func ${name} (canon {made}))"));
    let imported =
        each(&|(name, _, ty)| format!(r#"(import "host" "{name}" (func ${name} {ty}))"#));
    let exported = each(&|(name, _, _)| format!(r#"(export "{name}" (func ${name}))"#));
    let text = format!(
        r#"(component
  {IMPORTS}
  (core module $memory
    (memory (export "memory") 1)
    ;; Whatever the host hands over lies from 60000 on.
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      (if (i32.gt_u (local.get 3) (i32.const 5000)) (then unreachable))
      i32.const 60000))
  (core instance $libc (instantiate $memory))
  {defined}
  (core module $module
    {imported}
    (import "libc" "memory" (memory 1))
    {data}
    (data (i32.const 512) "uses-wasi")
    (data (i32.const 64) "\00\02\00\00\09\00\00\00\00\02\00\00\01\00\00\00\00\00\00\00\00\00\00\00")
    (func $body (param $seed i64) (result f64) (local $n i64) (local $h i32) (local $i i32) {body})
    (func (export "evaluate") (param i32 i32 i64) (result i32)
      (call $drop-network (local.get 0))
      (call $drop-dataset (local.get 1))
      (f64.store (i32.const 8) (call $body (local.get 2)))
      i32.const 0)
    (func (export "describe") (result i32) {describe} i32.const 64))
  (core instance $instance (instantiate $module
    (with "libc" (instance $libc)) (with "host" (instance {exported}))))
  (type $description' (record
    (field "name" string) (field "version" string) (field "authors" (list string))))
  (export $description "description" (type $description'))
  (func $describe (result $description)
    (canon lift (core func $instance "describe") (memory (core memory $libc "memory"))))
  (func $evaluate
    (param "network" (borrow $network)) (param "dataset" (borrow $dataset)) (param "seed" u64)
    (result (result f64 (error string)))
    (canon lift (core func $instance "evaluate") (memory (core memory $libc "memory"))))
  (export "describe" (func $describe))
  (export "evaluate" (func $evaluate)))"#
    );
    wat::parse_str(&text).unwrap_or_else(|error| panic!("{error}"))
}
