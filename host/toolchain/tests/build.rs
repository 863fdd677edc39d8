//! Builds small projects with the toolchain of this machine.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::fs;
use std::path::{Path, PathBuf};

use assay_toolchain::{BuildError, Toolchain, build_component};
use tempfile::TempDir;

const MANIFEST: &str = r#"[package]
name = "probe"
version = "0.1.0"
edition = "2024"

[lib]
crate-type = ["cdylib"]

[dependencies]
wit-bindgen = "=0.61.1"

[workspace]
"#;

const WORLD: &str = "package probe:probe;
world probe { export run: func(values: list<f64>) -> result<f64, string>; }
";

/// The exact crates, as a measure's own lock file has them: what a registry published a minute ago
/// must not decide whether these tests pass.
const LOCK: &str = include_str!("fixtures/probe.lock");

/// Indexing and `expect` put source locations into the module, which is what could betray a path.
const SOURCE: &str = r#"wit_bindgen::generate!({ path: "wit", world: "probe" });

struct Probe;

impl Guest for Probe {
    fn run(values: Vec<f64>) -> Result<f64, String> {
        let middle = values[values.len() / 2];
        let mut sorted = std::collections::BTreeMap::new();
        for value in &values {
            sorted.insert(value.to_bits(), *value);
        }
        let first = sorted.first_key_value().expect("no values");
        Ok(middle + first.1.sqrt())
    }
}

export!(Probe);
"#;

/// The workspace's guest directory, so that a standard library is built once for all uses.
fn target_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/guest")
}

fn toolchain() -> Option<Toolchain> {
    match Toolchain::find() {
        Ok(toolchain) => Some(toolchain),
        Err(error) => {
            println!("skipped: {error}");
            None
        }
    }
}

fn write_project(dir: &Path, manifest: &str, source: &str) {
    fs::create_dir_all(dir.join("src")).unwrap();
    fs::create_dir_all(dir.join("wit")).unwrap();
    fs::write(dir.join("Cargo.toml"), manifest).unwrap();
    fs::write(dir.join("Cargo.lock"), LOCK).unwrap();
    fs::write(dir.join("wit/probe.wit"), WORLD).unwrap();
    fs::write(dir.join("src/lib.rs"), source).unwrap();
}

/// The lock file of a package of this name, which may need one more package: sorted as cargo sorts,
/// since a locked build takes no other order.
fn lock_of(package: &str, extra: Option<&str>) -> String {
    let mut text = LOCK.replace("\"probe\"", &format!("\"{package}\""));
    if let Some(extra) = extra {
        let own = format!("name = \"{package}\"\nversion = \"0.1.0\"\ndependencies = [\n");
        text = text.replace(&own, &format!("{own} \"{extra}\",\n"));
        text = format!("{text}\n[[package]]\nname = \"{extra}\"\nversion = \"0.1.0\"\n");
    }
    let (head, packages) = text.split_once("\n\n").unwrap();
    let mut packages: Vec<&str> = packages.split("\n\n").map(str::trim_end).collect();
    packages.sort_unstable();
    format!("{head}\n\n{}\n", packages.join("\n\n"))
}

fn lock(dir: &Path, text: &str) {
    fs::write(dir.join("Cargo.lock"), text).unwrap();
}

fn contains(haystack: &[u8], needle: &str) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle.as_bytes())
}

#[test]
fn one_source_gives_one_component_wherever_it_lies() {
    let Some(toolchain) = toolchain() else { return };
    check_independence_of_place(&toolchain);
}

#[test]
fn a_library_built_from_source_gives_one_component_too() {
    match Toolchain::find_with_source() {
        Ok(toolchain) => check_independence_of_place(&toolchain),
        Err(error) => println!("skipped: {error}"),
    }
}

fn check_independence_of_place(toolchain: &Toolchain) {
    let root = TempDir::new().unwrap();
    let near = root.path().join("near");
    let far = root.path().join("a much/deeper place/far");
    write_project(&near, MANIFEST, SOURCE);
    write_project(&far, MANIFEST, SOURCE);

    let first = build_component(&near, toolchain, &target_dir()).unwrap();
    let second = build_component(&far, toolchain, &target_dir()).unwrap();
    assert_eq!(first, second);
    assert!(wasmparser::Parser::is_component(&first));

    // The check below would find nothing in a module without any source location.
    assert!(contains(&first, "src/lib.rs"));
    let cargo_home = std::env::home_dir().unwrap().join(".cargo");
    for place in [root.path(), &cargo_home, &target_dir().canonicalize().unwrap()] {
        let place = place.to_str().unwrap();
        assert!(!contains(&first, place), "the component names {place}");
    }

    // A changed source in the same place must not come from the cache.
    write_project(&far, MANIFEST, &SOURCE.replace("middle +", "middle -"));
    let changed = build_component(&far, toolchain, &target_dir()).unwrap();
    assert_ne!(first, changed);
}

#[test]
fn a_dependency_outside_the_workspace_leaves_no_path() {
    let Some(toolchain) = toolchain() else { return };
    // A directory of its own: where the flags differ, a shared one would be of no use.
    let target_dir = TempDir::new().unwrap();
    let build_in = |root: &Path| {
        let manifest =
            MANIFEST.replace("[workspace]", "helper = { path = \"../helper\" }\n\n[workspace]");
        let source = SOURCE.replace("Ok(middle", "Ok(helper::pick(&values) + middle");
        write_project(&root.join("measure"), &manifest, &source);
        lock(&root.join("measure"), &lock_of("probe", Some("helper")));
        let helper = root.join("helper");
        fs::create_dir_all(helper.join("src")).unwrap();
        let manifest = "[package]\nname = \"helper\"\nversion = \"0.1.0\"\nedition = \"2024\"\n";
        fs::write(helper.join("Cargo.toml"), manifest).unwrap();
        let source = "pub fn pick(values: &[f64]) -> f64 { values[7] }\n";
        fs::write(helper.join("src/lib.rs"), source).unwrap();
        build_component(&root.join("measure"), &toolchain, target_dir.path()).unwrap()
    };
    let root = TempDir::new().unwrap();
    let component = build_in(root.path());
    assert!(contains(&component, "/path/helper-0.1.0"));
    assert!(!contains(&component, root.path().to_str().unwrap()));
}

#[test]
fn a_library_without_cdylib_is_refused() {
    let Some(toolchain) = toolchain() else { return };
    let root = TempDir::new().unwrap();
    write_project(root.path(), &MANIFEST.replace("cdylib", "rlib"), SOURCE);
    let error = build_component(root.path(), &toolchain, &target_dir()).unwrap_err();
    assert!(matches!(&error, BuildError::NoCdylib { package, .. } if package == "probe"));
    let text = error.to_string();
    assert!(text.contains("its library kinds: rlib"), "{text}");
    assert!(text.contains("crate-type = [\"cdylib\""), "{text}");
}

#[test]
fn a_module_without_bindings_is_refused() {
    let Some(toolchain) = toolchain() else { return };
    let root = TempDir::new().unwrap();
    let manifest =
        MANIFEST.replace("\"probe\"", "\"plain\"").replace("wit-bindgen = \"=0.61.1\"", "");
    write_project(
        root.path(),
        &manifest,
        "#[unsafe(no_mangle)]\npub extern \"C\" fn one() -> i32 { 1 }\n",
    );
    lock(root.path(), "version = 4\n\n[[package]]\nname = \"plain\"\nversion = \"0.1.0\"\n");
    let error = build_component(root.path(), &toolchain, &target_dir()).unwrap_err();
    assert!(matches!(error, BuildError::NoBindings { .. }), "{error}");
}

#[test]
fn an_import_outside_the_world_is_refused() {
    let Some(toolchain) = toolchain() else { return };
    let root = TempDir::new().unwrap();
    let foreign = "#[link(wasm_import_module = \"elsewhere\")]\n\
        unsafe extern \"C\" { fn reach() -> f64; }\n";
    let source = SOURCE.replace("Ok(middle", "Ok(unsafe { reach() } + middle");
    let manifest = MANIFEST.replace("\"probe\"", "\"foreign\"");
    write_project(root.path(), &manifest, &format!("{foreign}{source}"));
    lock(root.path(), &lock_of("foreign", None));
    let error = build_component(root.path(), &toolchain, &target_dir()).unwrap_err();
    assert!(matches!(error, BuildError::Encode { .. }), "{error}");
    assert!(error.to_string().contains("elsewhere"), "{error}");
}

#[test]
fn compile_errors_come_through_in_the_compilers_words() {
    let Some(toolchain) = toolchain() else { return };
    let root = TempDir::new().unwrap();
    let manifest = MANIFEST.replace("\"probe\"", "\"broken\"");
    write_project(root.path(), &manifest, &SOURCE.replace("Ok(middle", "Ok(muddle"));
    lock(root.path(), &lock_of("broken", None));
    let error = build_component(root.path(), &toolchain, &target_dir()).unwrap_err();
    assert!(
        matches!(&error, BuildError::Compile { package, .. } if package == "broken"),
        "{error}"
    );
    let text = error.to_string();
    assert!(text.contains("cannot find value `muddle`"), "{text}");
    assert!(text.contains("src/lib.rs:13"), "{text}");
}

#[test]
fn a_directory_without_a_package_is_refused() {
    let Some(toolchain) = toolchain() else { return };
    let root = TempDir::new().unwrap();
    let error = build_component(root.path(), &toolchain, &target_dir()).unwrap_err();
    assert!(matches!(error, BuildError::NoProject { .. }), "{error}");

    let missing = root.path().join("missing");
    let error = build_component(&missing, &toolchain, &target_dir()).unwrap_err();
    assert!(error.to_string().contains("missing"), "{error}");

    write_project(&root.path().join("member"), &MANIFEST.replace("[workspace]", ""), SOURCE);
    fs::write(root.path().join("Cargo.toml"), "[workspace]\nmembers = [\"member\"]\n").unwrap();
    let error = build_component(root.path(), &toolchain, &target_dir()).unwrap_err();
    assert!(matches!(error, BuildError::NoPackage { .. }), "{error}");

    fs::write(root.path().join("Cargo.toml"), "[package\n").unwrap();
    let error = build_component(root.path(), &toolchain, &target_dir()).unwrap_err();
    assert!(matches!(error, BuildError::Metadata { .. }), "{error}");
}

#[test]
fn a_lock_file_is_kept_to() {
    let Some(toolchain) = toolchain() else { return };
    let root = TempDir::new().unwrap();
    write_project(root.path(), MANIFEST, SOURCE);
    lock(root.path(), "version = 4\n");
    let error = build_component(root.path(), &toolchain, &target_dir()).unwrap_err();
    assert!(matches!(error, BuildError::Metadata { .. }), "{error}");
    assert!(error.to_string().contains("--locked"), "{error}");
    assert_eq!(fs::read_to_string(root.path().join("Cargo.lock")).unwrap(), "version = 4\n");
}
