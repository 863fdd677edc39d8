//! Whole bundles: a sound one with edits, which must be found.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex, PoisonError};

use assay_call::{Detail, Host as _, Session};
use assay_engine::Engine;
use assay_ids::{ContestSeed, Digest, UnitSeed};
use assay_record::{
    BundleWriter, HostBuild, NamedTask, Outcome, Record, SandboxBuild, SecretKey, Signed,
    TranscriptSummary, limits_digest, log_digest, verify,
};
use tempfile::TempDir;

use crate::cut::Cut;
use crate::session::drawn;
use crate::unit::{LANES, session};
use crate::{Memory, Seed, Target};

/// Edits of a signed bundle.
pub const BUNDLE: Target = Target {
    name: "bundle",
    about: "a signed bundle with edits: verified as it is, and found out after any change of a byte, a \
            length, or a file",
    weight: 500,
    short: 3000,
    length_max: 512,
    memory: Memory::new(8, 1024),
    run: |input| {
        let mut place = PLACE.lock().unwrap_or_else(PoisonError::into_inner);
        let changed = place.edit(input);
        let verified = verify(&place.bundle, None, &[]);
        place.restore();
        let sound = verified.as_ref().is_ok_and(|found| {
            found.problems.is_empty() && matches!(found.signed, Signed::ByItsOwnKey(_))
        });
        assert_eq!(sound, !changed, "changed: {changed}, found: {verified:?}");
    },
    seeds: |_| {
        let edit = |file: u8, how: u8, at: u16, byte: u8| {
            let [low, high] = at.to_le_bytes();
            vec![file, how, low, high, byte]
        };
        let mut seeds = vec![Seed::new("as-it-is", Vec::new())];
        for file in 0..8 {
            for how in 0..6 {
                let bytes = edit(file, how, 37 * u16::from(file + how), 1 + how);
                seeds.push(Seed::new(format!("edit-{file}-{how}"), bytes));
            }
        }
        seeds
    },
    words: &[],
};

/// Number of records.
const RECORDS: usize = 2;

static PLACE: LazyLock<Mutex<Place>> = LazyLock::new(|| Mutex::new(Place::new()));

/// A bundle on disk, and its files as they were written.
struct Place {
    _dir: TempDir,
    bundle: PathBuf,
    files: Vec<(PathBuf, Vec<u8>)>,
    /// Positions of files that an edit has touched, and files that it has added.
    touched: Vec<usize>,
    added: Vec<PathBuf>,
}

impl Place {
    fn new() -> Self {
        let memory = Path::new("/dev/shm");
        let dir = if memory.is_dir() { TempDir::new_in(memory) } else { TempDir::new() };
        let dir = dir.expect("a temporary directory can be made");
        let bundle = dir.path().join("bundle");
        write(dir.path(), &bundle);
        let names = (0..RECORDS).flat_map(|at| {
            [format!("records/{at:04}.record"), format!("transcripts/{at:04}.transcript")]
        });
        let files = names
            .chain(["bundle.json".to_owned()])
            .map(|name| {
                let path = bundle.join(name);
                let bytes = fs::read(&path).expect("the bundle has its files");
                (path, bytes)
            })
            .collect();
        Self { _dir: dir, bundle, files, touched: Vec::new(), added: Vec::new() }
    }

    /// Makes the edits that an input says; whether anything is another than before.
    fn edit(&mut self, input: &[u8]) -> bool {
        let mut now: Vec<Option<Vec<u8>>> =
            self.files.iter().map(|(_, bytes)| Some(bytes.clone())).collect();
        let mut cut = Cut::new(input);
        while !cut.is_empty() {
            let (file, how) = (usize::from(cut.byte()) % now.len(), cut.byte());
            let (at, byte) = (cut.short(), cut.byte());
            self.touched.push(file);
            if how % 6 == 5 {
                self.change_names(&mut now, file, byte);
            } else if let Some(bytes) = &mut now[file] {
                change(bytes, how % 6, at, byte);
            }
        }
        let changed = self.files.iter().zip(&now).any(|((_, old), new)| Some(old) != new.as_ref());
        for file in &self.touched {
            let path = &self.files[*file].0;
            let done = match &now[*file] {
                Some(bytes) => fs::write(path, bytes),
                None if path.exists() => fs::remove_file(path),
                None => Ok(()),
            };
            done.expect("a temporary file can be changed");
        }
        changed || !self.added.is_empty()
    }

    /// Removes a file, takes another's content, or adds one.
    fn change_names(&mut self, now: &mut [Option<Vec<u8>>], file: usize, byte: u8) {
        match byte % 3 {
            0 => now[file] = None,
            1 => {
                let other = now[usize::from(byte) / 3 % now.len()].clone();
                now[file] = other;
            }
            _ => {
                let path = self.bundle.join(format!("records/{byte:04}.other"));
                fs::write(&path, [byte]).expect("a temporary file can be written");
                self.added.push(path);
            }
        }
    }

    fn restore(&mut self) {
        for file in self.touched.drain(..) {
            let (path, bytes) = &self.files[file];
            fs::write(path, bytes).expect("a temporary file can be written");
        }
        self.added.sort();
        self.added.dedup();
        for path in self.added.drain(..) {
            fs::remove_file(path).expect("a temporary file can be removed");
        }
    }
}

fn change(bytes: &mut Vec<u8>, how: u8, at: usize, byte: u8) {
    let at = at % (bytes.len() + 1);
    match how {
        0 => {
            if let Some(found) = bytes.get_mut(at) {
                *found ^= byte;
            }
        }
        1 => bytes.truncate(at),
        2 => bytes.insert(at, byte),
        3 => drop(bytes.drain(at..(at + usize::from(byte)).min(bytes.len()))),
        _ => {
            let piece: Vec<u8> = bytes[at..].iter().copied().take(usize::from(byte)).collect();
            bytes.extend(piece);
        }
    }
}

/// Two records of real sessions, signed by a key that is no secret.
fn write(dir: &Path, target: &Path) {
    let key = dir.join("key");
    fs::write(&key, format!("assay-ed25519-secret-1 {}\n", "5a".repeat(32)))
        .expect("a temporary file can be written");
    private(&key);
    let key = SecretKey::read(&key).expect("a key of 32 bytes");
    let digest = |name: &str| Digest::of(name.as_bytes());
    let task = NamedTask { name: "small".to_owned(), digest: digest("task") };
    let writer = BundleWriter::create(target, "public", vec![task.clone()]);
    let mut writer = writer.expect("the place is free");
    for at in 0..RECORDS {
        let recorder = writer.begin(Detail::Full).expect("there is room");
        let mut session = session(&LANES[0], Detail::Full, None).with_recorder(recorder);
        session.note("budget.fuel-left", "90");
        for call in drawn().into_iter().take(6 + at) {
            session.call(call).expect("operands are sound calls");
        }
        let record = record(&session, at, task.digest);
        writer.append(record).expect("a record of its session");
    }
    writer.finish(Some(&key)).expect("the place is still free");
}

fn record(session: &Session<Engine>, at: usize, task: Digest) -> Record {
    let digest = |name: &str| Digest::of(name.as_bytes());
    let network_id = format!("model_{at}");
    let (component, network) = (digest("component"), digest(&network_id));
    let contest_seed = ContestSeed(7);
    Record {
        component,
        task,
        network_id,
        network,
        dataset: digest("data"),
        limits: limits_digest([("work", 3_000_000)]),
        world: "assay:measure@0.1.0".to_owned(),
        phase_key: (at == 1).then(|| digest("key")),
        contest_seed,
        unit_seed: UnitSeed::derive(contest_seed, component, network),
        host: HostBuild::of_this(),
        sandbox: SandboxBuild { version: "none".to_owned(), compatibility: "none".to_owned() },
        lane: "cpu".to_owned(),
        processor: "scalar".to_owned(),
        outcome: match at {
            0 => Outcome::Value(0.25),
            _ => Outcome::Failed { class: "trap".to_owned(), text: "it trapped".to_owned() },
        },
        fuel: 10,
        meters: session.meters(),
        log: log_digest([("info", "hello")]),
        transcript: TranscriptSummary {
            detail: session.transcript().detail(),
            digest: session.transcript().digest(),
            entries: session.transcript().entries(),
        },
        salt: (at == 1).then_some([7; 32]),
        previous: digest(""),
    }
}

#[cfg(unix)]
fn private(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = fs::Permissions::from_mode(0o600);
    fs::set_permissions(path, mode).expect("a temporary file can be made private");
}

#[cfg(not(unix))]
fn private(_: &Path) {}

/// The manifest of that bundle.
pub(super) fn signed_manifest() -> Vec<u8> {
    let place = PLACE.lock().unwrap_or_else(PoisonError::into_inner);
    fs::read(place.bundle.join("bundle.json")).expect("the bundle has its manifest")
}
