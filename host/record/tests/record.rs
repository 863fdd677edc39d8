//! The bytes of records, and the files of keys.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod common;

use std::fs;

use assay_call::{Detail, Meters};
use assay_ids::{ContestSeed, Digest, UnitSeed, steers};
use assay_record::{
    Chain, HostBuild, Outcome, PublicKey, Record, RecordError, SandboxBuild, SecretKey,
    TranscriptSummary,
};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use tempfile::TempDir;

fn name() -> impl Strategy<Value = String> {
    // Neither controls and marks of direction nor separators of lines.
    "[^\\pC\\p{Zl}\\p{Zp}]{1,9}"
}

fn digest() -> impl Strategy<Value = Digest> {
    any::<[u8; 32]>().prop_map(Digest::from_bytes)
}

fn outcome() -> impl Strategy<Value = Outcome> {
    let number = any::<u64>().prop_map(f64::from_bits);
    prop_oneof![
        number.prop_filter("no NaN", |value| !value.is_nan()).prop_map(Outcome::Value),
        Just(Outcome::Value(-0.0)),
        ("(trap|out-of-[a-z]{1,5})", "\\PC{0,20}")
            .prop_map(|(class, text)| Outcome::Failed { class, text }),
    ]
}

fn record() -> impl Strategy<Value = Record> {
    let names = || [name(), name(), name(), name()];
    let digests = proptest::collection::vec(digest(), 9);
    let numbers = any::<[u64; 6]>();
    let hidden = (any::<[u8; 32]>(), proptest::option::of(digest()));
    let hidden = proptest::option::of(hidden);
    (digests, names(), names(), numbers, outcome(), select(Detail::ALL), hidden).prop_map(
        |(d, names, more, n, outcome, detail, hidden)| {
            let [network_id, world, version, compiler] = names;
            let [engine, compatibility, lane, processor] = more;
            Record {
                component: d[0],
                task: d[1],
                network_id,
                network: d[2],
                dataset: d[3],
                limits: d[4],
                world,
                phase_key: hidden.and_then(|(_, key)| key),
                contest_seed: ContestSeed(n[0]),
                unit_seed: UnitSeed::derive(ContestSeed(n[0]), d[0], d[2]),
                host: HostBuild { version, lock: d[5], compiler },
                sandbox: SandboxBuild { version: engine, compatibility },
                lane,
                processor,
                outcome,
                fuel: n[1],
                meters: Meters { work: n[2], calls: n[3], bytes: n[4] },
                log: d[6],
                transcript: TranscriptSummary { detail, digest: d[7], entries: n[5] },
                salt: hidden.map(|(salt, _)| salt),
                previous: d[8],
            }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn records_read_back(record in record()) {
        let bytes = record.encode();
        prop_assert_eq!(&Record::decode(&bytes).unwrap(), &record);
        prop_assert_eq!(record.digest(), Digest::of(&bytes));
    }

    #[test]
    fn every_record_has_one_form(record in record(), at in any::<Index>(), by in 1_u8..) {
        let mut bytes = record.encode();
        let at = at.index(bytes.len());
        bytes[at] ^= by;
        if let Ok(other) = Record::decode(&bytes) {
            prop_assert_eq!(other.encode(), bytes);
        }
    }

    #[test]
    fn no_record_ends_early_or_late(record in record(), at in any::<Index>()) {
        let mut bytes = record.encode();
        prop_assert!(Record::decode(&bytes[..at.index(bytes.len())]).is_err());
        bytes.push(0);
        prop_assert!(Record::decode(&bytes).is_err());
    }

    #[test]
    fn arbitrary_bytes_are_no_record(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(Record::decode(&bytes).is_err());
    }
}

fn one() -> Record {
    let (session, value) = common::unit(1.0, common::keeper().1);
    common::record("a measure", "model_0", value, &session)
}

/// A record of another encoding needs another first line, so that nobody misreads old ones. The digest
/// also covers the prices of the calls of a small session and the bytes of its entries.
#[test]
fn a_record_has_the_bytes_that_it_always_had() {
    let (version, compiler) = ("0.1.0".to_owned(), "rustc 1.95.0".to_owned());
    let host = HostBuild { version, lock: common::digest("lock"), compiler };
    let record = Record { host, ..one() };
    let digest = "a35cd767a7398f780f8ade73a66e9b499969046fffceadbec8a4dd7bd39114b4";
    assert_eq!(record.digest().to_string(), digest);
}

/// Whoever prints a record's names must not be steered by them.
#[test]
fn names_that_steer_a_terminal_are_refused() {
    for steering in ["\u{1b}[2J", "a\nb", "\u{7f}", "\u{9b}31m", "\u{202e}fed", "\u{2066}"] {
        let named = Record { network_id: steering.to_owned(), ..one() };
        let sandbox = SandboxBuild { version: steering.to_owned(), ..one().sandbox };
        for record in
            [named, Record { lane: steering.to_owned(), ..one() }, Record { sandbox, ..one() }]
        {
            assert!(Chain::new("public").append(record.clone()).is_err(), "{steering:?}");
            let error = Record::decode(&record.encode()).unwrap_err().to_string();
            assert!(error.contains("steer a terminal") && !error.contains(steers), "{error:?}");
        }
    }
}

#[test]
fn a_record_over_its_limits_is_refused_unread() {
    let long = Record::decode(&vec![0; (64 << 10) + 1]).unwrap_err().to_string();
    assert!(long.contains("at most 65536"), "{long}");
    let wordy = Record { processor: "x".repeat(4097), ..one() };
    assert!(Chain::new("public").append(wordy.clone()).is_err());
    assert!(Record::decode(&wordy.encode()).unwrap_err().to_string().contains("processor"));
    let mut nan = one();
    nan.outcome = Outcome::Value(f64::NAN);
    assert!(Record::decode(&nan.encode()).is_err());
    for class in ["value", "inconclusive", "Trap", ""] {
        let outcome = Outcome::Failed { class: class.to_owned(), text: String::new() };
        assert!(Record::decode(&Record { outcome, ..one() }.encode()).is_err(), "{class}");
    }
}

#[test]
fn a_chain_names_where_it_breaks() {
    let mut chain = Chain::new("public");
    let records: Vec<Record> = (0..4).map(|_| chain.append(one()).unwrap()).collect();
    assert_eq!(Chain::verify("public", &records), Ok(chain.clone()));
    assert_eq!(Chain::verify("public", &records[1..]).unwrap_err().0, 0);
    assert_eq!(Chain::verify("board", &records).unwrap_err().0, 0, "another phase's");
    let mut dropped = records.clone();
    dropped.remove(2);
    assert_eq!(Chain::verify("public", &dropped).unwrap_err().0, 2);
    let mut changed = records.clone();
    changed[1].fuel += 1;
    let (at, reason) = Chain::verify("public", &changed).unwrap_err();
    assert_eq!(at, 2, "{reason}");
    assert!(reason.contains("record 1 before it"), "{reason}");
    assert_ne!(Chain::verify("public", &records[..3]).unwrap().last(), chain.last());
}

#[test]
fn records_of_the_form_before_are_refused_by_name() {
    let mut bytes = one().encode();
    let form = bytes.windows(14).position(|text| text == b"assay record 2").unwrap();
    bytes[form + 13] = b'1';
    let error = Record::decode(&bytes).unwrap_err().to_string();
    assert!(error.contains("assay record 1") && error.contains("assay record 2"), "{error}");
}

#[test]
fn a_record_of_a_hidden_phase_has_a_salt() {
    let hidden = Record { phase_key: Some(Digest::of(b"key")), ..one() };
    let error = Record::decode(&hidden.encode()).unwrap_err().to_string();
    assert!(error.contains("has a salt"), "{error}");
    let hidden = Record { salt: Some([7; 32]), ..hidden };
    assert_eq!(Record::decode(&hidden.encode()).unwrap(), hidden);
    let other = Record { phase_key: Some(Digest::of(b"another")), ..hidden.clone() };
    assert_ne!(hidden.digest(), other.digest());
}

#[test]
fn salt_changes_the_digest_and_nothing_else() {
    let (plain, salted) = (one(), Record { salt: Some([7; 32]), ..one() });
    assert_ne!(plain.digest(), salted.digest());
    assert_eq!(Record::decode(&salted.encode()).unwrap(), salted);
}

#[test]
fn the_host_build_is_this_one() {
    let build = HostBuild::of_this();
    assert_eq!(build.version, env!("CARGO_PKG_VERSION"));
    let lock = fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../../Cargo.lock")).unwrap();
    assert_eq!(build.lock, Digest::of(&lock));
    assert!(build.compiler.starts_with("rustc "), "{}", build.compiler);
}

#[test]
fn keys_go_through_their_files() {
    let dir = TempDir::new().unwrap();
    let (secret, public) = (dir.path().join("secret"), dir.path().join("public"));
    let key = SecretKey::generate().unwrap();
    key.write(&secret).unwrap();
    key.public().write(&public).unwrap();
    assert_eq!(SecretKey::read(&secret).unwrap().public(), key.public());
    assert_eq!(PublicKey::read(&public).unwrap(), key.public());
    assert_eq!(key.public().to_string().parse(), Ok(key.public()));
    let text = fs::read_to_string(&secret).unwrap();
    assert_eq!(text.lines().count(), 1);
    assert!(text.starts_with("assay-ed25519-secret-1 ") && text.ends_with('\n'));
    assert_ne!(SecretKey::generate().unwrap().public(), key.public());
    for path in [&secret, &public] {
        assert!(matches!(key.write(path), Err(RecordError::Exists { .. })));
        assert!(matches!(key.public().write(path), Err(RecordError::Exists { .. })));
    }
    let error = PublicKey::read(&secret).unwrap_err().to_string();
    assert!(error.contains("assay key public"), "{error}");
    for bad in ["", "assay-ed25519-public-1", "assay-ed25519-public-2 00\n", "\u{0}"] {
        fs::write(&public, bad).unwrap();
        assert!(matches!(PublicKey::read(&public), Err(RecordError::Key { .. })), "{bad:?}");
    }
    fs::write(&public, key.public().line().to_uppercase()).unwrap();
    assert!(PublicKey::read(&public).is_err());
    assert!("00".repeat(32).parse::<PublicKey>().is_err(), "a weak key");
}

#[cfg(unix)]
#[test]
fn a_secret_key_is_its_owners() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("secret");
    SecretKey::generate().unwrap().write(&path).unwrap();
    let mode = || fs::metadata(&path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(), 0o600);
    for mode in [0o640, 0o604, 0o620, 0o601] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        let Err(error) = SecretKey::read(&path) else { panic!("mode {mode:o} is read") };
        assert!(error.to_string().contains("chmod 600"), "{error}");
    }
    fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).unwrap();
    assert!(SecretKey::read(&path).is_ok());
}
