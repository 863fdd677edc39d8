//! Sealed truth as organizers meet it: on one machine and on several, and what every command says while
//! it is sealed.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use assay_tests::{Guest, Ran, assay, copy_directory, shipped_task};
use tempfile::TempDir;

/// Keys of organizers, made with age-keygen for these tests: secret, public.
const KEYS: [(&str, &str); 4] = [
    (
        "AGE-SECRET-KEY-1CG9LUG6M6AXPMW38F46M658D0VNRFZE2EVQXQMM24MDVKQURQWLQ58DKQZ",
        "age196y8rcsw68rsymnefhmg684cmrsu227f39qp8klk32mzqeayeutq7hqq9h",
    ),
    (
        "AGE-SECRET-KEY-1Z6V2NWVC5LJXJVURHZDFE9NEQ3MD0WWTZET4LHNWDM8PM5TU70JSGKVD6H",
        "age1v23k3ph2q9vq32cwg43zvf05d5jcg6k7mltvf9hypndcgxh82erqdk8qk6",
    ),
    (
        "AGE-SECRET-KEY-1UM5NMACYTHD59W72LRASC7F46FQK0N8MGR274EWMS4K5U7L2YAWSS6PQL4",
        "age1dy60jhunv0mjklz8ly866aazt6xw2g9nyjmc2gqrt4jxzu59m39q856jej",
    ),
    (
        "AGE-SECRET-KEY-13CWW3D962FQFJU4Y86E3GZYXQEHL87607HK8N8LZ793GFCEN085SFWZPDG",
        "age1mnsrq24ev0qjtmp9l4grgdll26yt5z0h3avqr2ar7v44q0wvj5pshlw5rh",
    ),
];

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Copies of the shipped task, each with its truth, and the organizers' keys.
struct Stage {
    dir: TempDir,
}

impl Stage {
    fn new(tasks: usize) -> Self {
        let dir = TempDir::new().unwrap();
        for at in 0..tasks {
            for suffix in ["", ".truth"] {
                let from = PathBuf::from(format!("{}{suffix}", text(&shipped_task())));
                copy_directory(&from, &dir.path().join(format!("task{at}{suffix}")));
            }
        }
        for (at, (secret, _)) in KEYS.iter().enumerate() {
            fs::write(dir.path().join(format!("{at}.key")), format!("# key {at}\n{secret}\n"))
                .unwrap();
        }
        Self { dir }
    }

    fn path(&self, name: &str) -> String {
        text(&self.dir.path().join(name)).to_owned()
    }

    fn task(&self, at: usize) -> String {
        self.path(&format!("task{at}"))
    }

    fn key(&self, at: usize) -> String {
        self.path(&format!("{at}.key"))
    }

    /// Seals a task between the first three organizers; gives its commitment.
    fn seal(&self, at: usize) -> String {
        let recipients = [0, 1, 2].map(|at| KEYS[at].1);
        let task = self.task(at);
        let args = [&["task", "seal", &task, "--json", "--recipient"], &recipients[..]].concat();
        let json = assay(args).ok().json();
        assert_eq!((&json["schema"], &json["tasks"][0]["threshold"]), (&1.into(), &2.into()));
        assert_eq!(json["tasks"][0]["recipients"], serde_json::json!(recipients));
        json["tasks"][0]["commitment"].as_str().unwrap().to_owned()
    }

    fn truth(&self, at: usize) -> Option<Vec<u8>> {
        fs::read(self.path(&format!("task{at}.truth/model_configs.json"))).ok()
    }

    /// A share, handed over in a file.
    fn share(&self, task: usize, key: usize) -> String {
        let out = self.path(&format!("{task}-{key}.share"));
        let (task, key) = (self.task(task), self.key(key));
        assay(["task", "share", &task, "--identity", &key, "-o", &out]).ok();
        out
    }
}

fn refused(ran: &Ran, code: i32, parts: &[&str]) {
    assert_eq!(ran.code, code, "{ran:?}");
    assert!(ran.stderr.starts_with("error: "), "{ran:?}");
    for part in parts {
        assert!(ran.stderr.contains(part), "{part:?} in {}", ran.stderr);
    }
    for (secret, _) in KEYS {
        assert!(!ran.stderr.contains(&secret[..24]), "no secret is shown: {}", ran.stderr);
    }
}

#[test]
fn two_of_three_organizers_unseal_on_one_machine() {
    let stage = Stage::new(2);
    let truth = stage.truth(0).unwrap();
    let inspected = |form: &str| {
        let json = assay(["task", "inspect", &stage.task(0), "--json"]).ok().json();
        assert_eq!(json["truth"]["form"], form);
        json["digest"].clone()
    };
    let digest = inspected("plain");
    let commitments = [stage.seal(0), stage.seal(1)];
    assert_ne!(commitments[0], commitments[1], "one truth, but each with a salt of its own");
    assert_eq!(stage.truth(0), None);
    assert_eq!(inspected("sealed"), digest, "the task's digest is not the truth's business");
    let (tasks, keys) = ([stage.task(0), stage.task(1)], [stage.key(0), stage.key(2)]);
    let args = ["task", "unseal", &tasks[0], &tasks[1], "--identity", &keys[0], &keys[1], "--json"];
    let json = assay(args).ok().json();
    for at in [0, 1] {
        assert_eq!(json["tasks"][at]["commitment"], commitments[at].as_str());
        assert_eq!(stage.truth(at).as_ref(), Some(&truth), "the same bytes");
        let checked = assay(["task", "commitment", &tasks[at]]).ok();
        assert!(checked.stdout.starts_with(&commitments[at]), "{}", checked.stdout);
        assert!(checked.stdout.contains("the one that was committed to"), "{}", checked.stdout);
    }
    assert_eq!(inspected("unsealed"), digest);

    // Who changes the truth afterwards is found.
    let path = stage.path("task0.truth/model_configs.json");
    fs::write(&path, String::from_utf8(truth).unwrap().replacen("0.", "1.", 1)).unwrap();
    refused(&assay(["task", "commitment", &tasks[0]]), 1, &["another truth", "hint: "]);
}

#[test]
fn organizers_who_share_no_machine_hand_over_shares() {
    let stage = Stage::new(2);
    let truth = stage.truth(0);
    let commitment = stage.seal(0);
    let shares = [stage.share(0, 0), stage.share(0, 1)];
    let line = fs::read_to_string(&shares[1]).unwrap();
    assert!(line.starts_with(&format!("assay-truth-share-1 {commitment} 2 ")), "{line}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(&shares[0]).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600);
    }
    let task = stage.task(0);
    let one = assay(["task", "unseal", &task, "--share", &shares[0]]);
    refused(&one, 1, &["1 of the 2 shares", "shares 2, 3 are not", "hint: `assay task share`"]);
    let twice = assay(["task", "unseal", &task, "--share", &shares[0], &shares[0]]);
    refused(&twice, 1, &["share 1 again", &shares[0]]);
    let both = assay(["task", "unseal", &task, "--share", &shares[0], "--identity", &stage.key(0)]);
    refused(&both, 1, &["share 1 again", "0.key"]);
    let stranger = assay(["task", "unseal", &task, "--identity", &stage.key(0), &stage.key(3)]);
    refused(&stranger, 1, &["3.key", "none of the recipients", KEYS[0].1]);

    stage.seal(1);
    let foreign = stage.share(1, 2);
    let ran = assay(["task", "unseal", &task, "--share", &shares[0], &foreign]);
    refused(&ran, 1, &[&foreign, &commitment]);
    let changed = stage.path("changed.share");
    fs::write(&changed, line.replacen(" 2 ", " 3 ", 1)).unwrap();
    let ran = assay(["task", "unseal", &task, "--share", &shares[0], &changed]);
    refused(&ran, 1, &["changed.share", "not share 3 as it was made"]);
    fs::write(&changed, &line[..100]).unwrap();
    let ran = assay(["task", "unseal", &task, "--share", &shares[0], &changed]);
    refused(&ran, 2, &["changed.share", "cut or damaged"]);
    let again = assay(["task", "share", &task, "--identity", &stage.key(0), "-o", &shares[0]]);
    refused(&again, 2, &["exists already"]);
    assert_eq!(stage.truth(0), None, "after all that failed");

    assay(["task", "unseal", &task, "--share", &shares[1], "--identity", &stage.key(2)]).ok();
    assert_eq!(stage.truth(0), truth);
}

#[test]
fn a_sealed_truth_is_said_to_be_sealed() {
    let stage = Stage::new(1);
    let (task, guest) = (stage.task(0), stage.path("seed.wasm"));
    fs::write(&guest, Guest::new("(f64.convert_i64_u (local.get $seed))").bytes()).unwrap();
    let out = stage.path("bundle");
    let before = assay(["run", &guest, "--task", &task, "--json"]).ok().json();
    assert!(before["tasks"][0]["score"].is_number());
    let commitment = stage.seal(0);

    let run = assay(["run", &guest, "--task", &task, "--record", &out]).ok();
    assert!(run.stdout.contains("no score: the truth is sealed"), "{}", run.stdout);
    assert!(run.stderr.contains("the truth is sealed"), "{}", run.stderr);
    let json = assay(["run", &guest, "--task", &task, "--json"]).ok().json();
    assert!(json["tasks"][0]["score"].is_null());
    assert_eq!(json["tasks"][0]["networks"], before["tasks"][0]["networks"]);
    refused(&assay(["task", "verify", &task]), 1, &["is sealed", "assay task unseal"]);
    let inspected = assay(["task", "inspect", &task]).ok();
    for part in ["the truth is sealed", "2 of 3 shares", &commitment] {
        assert!(inspected.stdout.contains(part), "{part} in {}", inspected.stdout);
    }
    let verified = assay(["verify", &out, "--task", &task]).ok();
    assert!(verified.stderr.contains("the truth is sealed"), "{}", verified.stderr);
    let sealed = assay(["task", "commitment", &task]).ok();
    assert_eq!(sealed.stdout, format!("{commitment}\nsealed, opens with 2 of 3 shares\n"));

    refused(
        &assay(["task", "seal", &task, "--recipient", KEYS[0].1, KEYS[1].1]),
        1,
        &["is sealed already"],
    );
    let keys = [stage.key(0), stage.key(1)];
    assay(["task", "unseal", &task, "--identity", &keys[0], &keys[1]]).ok();
    let after = assay(["run", &guest, "--task", &task, "--json"]).ok().json();
    assert_eq!(after, before, "and after unsealing all is as it was");
    let again = assay(["task", "unseal", &task, "--identity", &keys[0], &keys[1]]);
    refused(&again, 1, &["is unsealed already"]);
    refused(
        &assay(["task", "seal", &task, "--recipient", KEYS[0].1, KEYS[1].1]),
        1,
        &["was sealed before"],
    );
}

#[test]
fn what_cannot_be_sealed_changes_nothing() {
    let stage = Stage::new(2);
    let (task, truth) = (stage.task(0), stage.truth(0));
    let [one, two] = [KEYS[0].1, KEYS[1].1];
    let seal = |more: &[&str]| assay([&["task", "seal", task.as_str()], more].concat());
    refused(&seal(&["--recipient", one]), 2, &["1 recipients", "hint: "]);
    for threshold in ["0", "1", "3"] {
        let ran = seal(&["--recipient", one, two, "--threshold", threshold]);
        refused(&ran, 2, &[&format!("threshold {threshold} of 2"), "hint: "]);
    }
    refused(&seal(&["--recipient", one, two, one]), 2, &["named twice", one]);
    refused(&seal(&["--recipient", one, "age1nobody"]), 2, &["age1nobody", "no recipient"]);
    refused(&seal(&["--recipient", one, KEYS[1].0]), 2, &["no recipient"]);
    assert_eq!(seal(&[]).code, 2, "whom for?");
    let file = stage.path("organizers.txt");
    fs::write(&file, format!("# all of us\n{one}\n\nage1nobody\n")).unwrap();
    refused(&seal(&["--recipients-file", &file]), 2, &["organizers.txt, line 4"]);
    let unseal = assay(["task", "unseal", &task, "--identity", &stage.key(0)]);
    refused(&unseal, 1, &["is not sealed"]);
    refused(&assay(["task", "commitment", &task]), 1, &["is not sealed"]);

    // Several tasks are all checked before the first is sealed.
    let second = stage.path("task1.truth/model_configs.json");
    let both = |stage: &Stage| {
        assay(["task", "seal", &stage.task(0), &stage.task(1), "--recipient", one, two])
    };
    fs::write(&second, "{\"0\": 1}").unwrap();
    refused(&both(&stage), 1, &["the truth of fashion-mini"]);
    fs::remove_file(&second).unwrap();
    refused(&both(&stage), 1, &["no truth"]);
    refused(&seal(&[&task, "--recipient", one, two]), 2, &["named twice"]);
    assert_eq!(stage.truth(0), truth);
    let left: Vec<_> = fs::read_dir(stage.path("task0.truth")).unwrap().collect();
    assert_eq!(left.len(), 1, "nothing is left behind: {left:?}");

    fs::write(&file, format!("{one}\n{two}\n")).unwrap();
    seal(&["--recipients-file", &file]).ok();
    assert_eq!(stage.truth(0), None);
}

#[test]
fn damaged_files_are_named() {
    let stage = Stage::new(1);
    stage.seal(0);
    let task = stage.task(0);
    let keys = [stage.key(0), stage.key(1)];
    let unseal = || assay(["task", "unseal", &task, "--identity", &keys[0], &keys[1]]);
    for name in ["sealed.json", "truth.age", "share-2.age"] {
        let path = stage.path(&format!("task0.truth/sealed/{name}"));
        let bytes = fs::read(&path).unwrap();
        let mut changed = bytes.clone();
        changed.truncate(bytes.len() - 20);
        fs::write(&path, changed).unwrap();
        refused(&unseal(), 1, &[name]);
        fs::write(&path, bytes).unwrap();
    }
    assert_eq!(stage.truth(0), None);
    unseal().ok();
}

/// The program `age` opens what is sealed: nobody depends on Assay for that.
#[test]
fn age_opens_shares_too() {
    let found = Command::new("age").arg("--version").output();
    if found.is_err() {
        eprintln!("skipped: the program `age` is not installed");
        return;
    }
    let stage = Stage::new(1);
    stage.seal(0);
    let ours = fs::read(stage.share(0, 1)).unwrap();
    let (key, file) = (stage.key(1), stage.path("task0.truth/sealed/share-2.age"));
    let theirs = Command::new("age").args(["-d", "-i", &key, &file]).output().unwrap();
    assert!(theirs.status.success(), "{theirs:?}");
    assert!(theirs.stdout == ours);
}
