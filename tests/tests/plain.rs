//! Nothing that others wrote steers the terminal of whoever runs `assay`, or forges a line of its own:
//! measures, records and tasks may hold any text.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::fs;
use std::path::{Path, PathBuf};

use assay_ids::steers;
use assay_tests::{Guest, Ran, assay, golden, shipped_task};
use tempfile::TempDir;

/// Clears the screen, begins a line that looks like ours, turns colours on in one character (C1) and
/// turns the direction of reading.
const HOSTILE: &str = "\u{1b}[2J\nerror: forged\u{9b}31m\u{202e}";
/// The same as it is shown.
const SHOWN: &str = r"\u{1b}[2J\nerror: forged\u{9b}31m\u{202e}";

/// Bytes as the text format of WebAssembly writes them.
fn escaped(text: &str) -> String {
    escaped_bytes(text.as_bytes())
}

/// A number as four bytes of memory.
fn word(number: usize) -> String {
    escaped_bytes(&u32::try_from(number).unwrap().to_le_bytes())
}

fn escaped_bytes(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("\\{byte:02x}")).collect::<Vec<_>>().concat()
}

/// The hostile text at address 4096 of a guest.
fn data() -> String {
    format!("(data (i32.const 4096) \"{}\")", escaped(HOSTILE))
}

fn write(dir: &TempDir, guest: &Guest) -> PathBuf {
    let file = dir.path().join("guest.wasm");
    fs::write(&file, guest.bytes()).unwrap();
    file
}

/// What a command wrote, once it is sure that it is plain.
fn plain(ran: Ran) -> Ran {
    for text in [&ran.stdout, &ran.stderr] {
        assert!(!text.replace('\n', "").contains(steers), "{text:?}");
        assert!(!text.lines().any(|line| line.starts_with("error: forged")), "{text}");
    }
    ran
}

fn run(component: &Path, more: &[&str]) -> Ran {
    let task = shipped_task();
    let mut args = vec!["run", component.to_str().unwrap(), "--task", task.to_str().unwrap()];
    args.extend(more);
    plain(assay(args))
}

#[test]
fn a_measure_cannot_steer_by_what_it_says_of_itself() {
    let dir = TempDir::new().unwrap();
    let file = write(&dir, &Guest::new("f64.const 0").name(r"\1b[2J\e2\80\ae"));
    for json in [None, Some("--json")] {
        let ran = plain(assay(["check", file.to_str().unwrap()].into_iter().chain(json)));
        assert_eq!(ran.code, 1);
        assert!(ran.stderr.contains(r"the name `\u{1b}[2J\u{202e}"), "{}", ran.stderr);
    }
    // Version and authors may be any text: one author here, of the text at 4096.
    let (name, version) = ([word(512), word(7)].concat(), [word(4096), word(4)].concat());
    let authors = [word(2304), word(1)].concat();
    let author = [word(4096), word(HOSTILE.len())].concat();
    let functions = format!(
        "{} (data (i32.const 2048) \"{name}{version}{authors}\") (data (i32.const 2304) \"{author}\")",
        data()
    );
    let guest = Guest::new("f64.const 0").functions(&functions).describe("i32.const 2048");
    let file = write(&dir, &guest);
    let ran = plain(assay(["check", file.to_str().unwrap()])).ok();
    assert!(
        ran.stdout.starts_with(&format!(r"ok  hostile \u{{1b}}[2J by {SHOWN}")),
        "{}",
        ran.stdout
    );
    let json = plain(assay(["check", file.to_str().unwrap(), "--json"])).ok().json();
    assert_eq!(json["authors"][0], SHOWN);
}

#[test]
fn a_measure_cannot_steer_by_what_it_logs_or_fails_with() {
    let dir = TempDir::new().unwrap();
    let length = HOSTILE.len();
    let log =
        format!("(call $log (i32.const 1) (i32.const 4096) (i32.const {length})) f64.const 3");
    let file = write(&dir, &Guest::new(&log).functions(&data()));
    for way in [&[][..], &["--in-process"]] {
        let ran = run(&file, way).ok();
        assert!(ran.stderr.contains(&format!("model_0 info: {SHOWN}\n")), "{}", ran.stderr);
    }
    let fail = format!(
        "(global.set $text (i32.const 4096)) (global.set $text-length (i32.const {length})) f64.const 0"
    );
    let file = write(&dir, &Guest::new(&fail).functions(&data()));
    let ran = run(&file, &["--json"]);
    assert_eq!(ran.code, 1);
    let reason = format!("the measure returned an error: {SHOWN}");
    assert_eq!(ran.json()["tasks"][0]["networks"][0]["reason"], reason.as_str());
    assert!(ran.stderr.contains(&reason), "{}", ran.stderr);
}

/// A copy of the golden bundle.
fn bundle(dir: &TempDir) -> PathBuf {
    let (from, to) = (golden().join("bundle"), dir.path().join("bundle"));
    for part in ["records", "transcripts", "."] {
        fs::create_dir_all(to.join(part)).unwrap();
        for entry in fs::read_dir(from.join(part)).unwrap() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_file() {
                fs::copy(entry.path(), to.join(part).join(entry.file_name())).unwrap();
            }
        }
    }
    to
}

#[test]
fn a_bundle_cannot_steer_by_its_names() {
    let dir = TempDir::new().unwrap();
    let bundle = bundle(&dir);
    let verify =
        |more: &[&str]| plain(assay(["verify", bundle.to_str().unwrap()].iter().chain(more)));
    verify(&[]).ok();
    let manifest = bundle.join("bundle.json");
    let sound = fs::read_to_string(&manifest).unwrap();
    let hostile = serde_json::to_string(HOSTILE).unwrap();
    for name in ["\"local\"", "\"fashion-mini\""] {
        assert!(sound.contains(name), "{sound}");
        fs::write(&manifest, sound.replace(name, &hostile)).unwrap();
        for ran in [verify(&[]), verify(&["--json"])] {
            assert_eq!(ran.code, 1);
            assert!(ran.stderr.contains("error: bundle.json: "), "{}", ran.stderr);
            assert!(ran.stderr.contains(SHOWN) && ran.stderr.contains("steer"), "{}", ran.stderr);
        }
    }
    // Words of the parser's that repeat what it has read.
    fs::write(&manifest, sound.replace("\"phase\"", &hostile)).unwrap();
    assert_eq!(verify(&[]).code, 1);
    fs::write(&manifest, sound).unwrap();
    fs::write(bundle.join("\u{1b}[2J\nerror: forged"), "").unwrap();
    let ran = verify(&["--json"]);
    assert_eq!((ran.code, &ran.json()["ok"]), (1, &false.into()));
}

#[test]
fn a_task_cannot_steer_by_what_it_says_of_itself() {
    let dir = TempDir::new().unwrap();
    let manifest = fs::read_to_string(shipped_task().join("task.toml")).unwrap();
    let quoted = r#""\u001b[2J\nerror: forged\u009b31m\u202e""#;
    let mut lines: Vec<String> = manifest.lines().map(str::to_owned).collect();
    let provenance = lines.iter_mut().find(|line| line.starts_with("provenance = ")).unwrap();
    *provenance = format!("provenance = {quoted}");
    let copy = dir.path().join("fashion-mini");
    fs::create_dir(&copy).unwrap();
    for entry in fs::read_dir(shipped_task()).unwrap() {
        let entry = entry.unwrap();
        std::os::unix::fs::symlink(entry.path(), copy.join(entry.file_name())).unwrap();
    }
    fs::remove_file(copy.join("task.toml")).unwrap();
    fs::write(copy.join("task.toml"), lines.join("\n")).unwrap();
    let inspect = |more: &[&str]| {
        plain(assay(["task", "inspect", copy.to_str().unwrap()].iter().chain(more))).ok()
    };
    assert!(inspect(&[]).stdout.contains(SHOWN));
    assert_eq!(inspect(&["--json"]).json()["provenance"], HOSTILE);
    // A file that does not even parse is quoted in what the parser says.
    fs::write(copy.join("task.toml"), format!("schema = 1\n\"{HOSTILE}\"")).unwrap();
    assert_eq!(plain(assay(["task", "inspect", copy.to_str().unwrap()])).code, 1);
}
