//! What is sealed opens for enough organizers, and for nobody else.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use age::secrecy::ExposeSecret as _;
use age::x25519;
use assay_ids::{Digest, Hidden};
use assay_seal::{Files, Identities, Opening, Recipients, SealError, Sealed, Share, seal};
use proptest::prelude::*;

/// The organizers' keys: what each has in a file, and what each gives to the others.
struct Organizers {
    identities: Vec<Identities>,
    recipients: Recipients,
}

fn organizers(count: usize) -> Organizers {
    let keys: Vec<x25519::Identity> = (0..count).map(|_| x25519::Identity::generate()).collect();
    let mut recipients = Recipients::new();
    for key in &keys {
        recipients.add("a test", &key.to_public().to_string()).unwrap();
    }
    let file = |(at, key): (usize, &x25519::Identity)| {
        let text = format!("# made by a test\n{}\n", key.to_string().expose_secret());
        Identities::read(&format!("key {at}"), text.as_bytes()).unwrap()
    };
    Organizers { identities: keys.iter().enumerate().map(file).collect(), recipients }
}

fn task() -> Digest {
    Digest::of(b"a task")
}

fn truth() -> Hidden<Vec<u8>> {
    Hidden::new(br#"{"0": {"metrics": {"test_acc": 0.5}}}"#.to_vec())
}

/// The truth, sealed, proven and read back.
fn sealed(of: &Organizers, threshold: usize) -> Sealed {
    let (sealed, proof) = seal(&truth(), task(), &of.recipients, threshold).unwrap();
    let read_back = Sealed::read(&sealed.files().unwrap()).unwrap();
    assert!(read_back == sealed);
    proof.check(&read_back, &truth()).unwrap();
    read_back
}

fn share(sealed: &Sealed, of: &Organizers, at: usize) -> Share {
    let mut shares = sealed.shares_of(&of.identities[at]).unwrap();
    assert_eq!(shares.len(), 1);
    shares.remove(0)
}

/// Why something fails, in words.
fn fails<T>(result: Result<T, SealError>) -> String {
    result.map(drop).unwrap_err().to_string()
}

#[test]
fn enough_shares_open_and_fewer_do_not() {
    for (threshold, count) in [(2, 2), (2, 3), (3, 5), (4, 4)] {
        let organizers = organizers(count);
        let sealed = sealed(&organizers, threshold);
        sealed.check_task(task()).unwrap();
        assert_eq!((sealed.threshold(), sealed.recipients().count()), (threshold, count));
        for subset in 0_u32..1 << count {
            let members = (0..count).filter(|at| subset & (1 << at) != 0);
            let shares: Vec<Share> = members.map(|at| share(&sealed, &organizers, at)).collect();
            let opened = sealed.open(&shares);
            if shares.len() >= threshold {
                let opened = opened.unwrap();
                assert!(opened.truth == truth());
                let opening = Opening::read(&opened.opening.write().unwrap()).unwrap();
                assert_eq!(opening.commitment(), sealed.commitment());
                opening.check(task(), &opened.truth).unwrap();
            } else {
                let error = fails(opened);
                let expected = format!("{} of the {threshold} shares", shares.len());
                assert!(error.contains(&expected), "{error}");
            }
        }
    }
}

#[test]
fn shares_travel_as_one_line_of_text() {
    let organizers = organizers(3);
    let sealed = sealed(&organizers, 2);
    let texts: Vec<String> = (0..2)
        .map(|at| share(&sealed, &organizers, at).text().reveal().as_str().to_owned())
        .collect();
    let beginning = format!("assay-truth-share-1 {} 1 ", sealed.commitment());
    assert!(texts[0].starts_with(&beginning) && texts[0].ends_with('\n'), "{}", texts[0]);
    assert_eq!(texts[0].lines().count(), 1);
    let unix = Share::read("one.txt", texts[0].as_bytes()).unwrap();
    let windows = Share::read("two.txt", texts[1].replace('\n', "\r\n").as_bytes()).unwrap();
    assert_eq!((unix.index(), windows.index()), (1, 2));
    assert_eq!(unix.commitment(), sealed.commitment());
    assert!(sealed.open(&[windows, unix]).unwrap().truth == truth());
}

#[test]
fn shares_that_do_not_belong_are_named() {
    let (ours, theirs) = (organizers(3), organizers(3));
    let (sealed, other) = (sealed(&ours, 2), sealed(&theirs, 2));
    let own = |at| share(&sealed, &ours, at);

    let error = fails(sealed.open(&[own(0), own(0)]));
    assert!(error.contains("share 1 again") && error.contains("key 0"), "{error}");
    let error = fails(sealed.open(&[own(0), share(&other, &theirs, 1)]));
    assert!(error.starts_with("key 1: ") && error.contains("commitment"), "{error}");
    assert!(error.contains(&other.commitment().to_string()), "{error}");
    let error = fails(sealed.shares_of(&theirs.identities[2]));
    assert!(error.starts_with("key 2: ") && error.contains("none of the shares"), "{error}");

    // A share that was changed, one that takes another's index, one that never was.
    let text = own(1).text().reveal().as_str().to_owned();
    let digit = text.trim_end().chars().last().unwrap();
    let changed = format!("{}{}", &text[..text.len() - 2], if digit == '0' { '1' } else { '0' });
    let moved = text.replacen(" 2 ", " 3 ", 1);
    let beyond = text.replacen(" 2 ", " 9 ", 1);
    for (false_share, index) in [(changed, 2), (moved, 3), (beyond, 9)] {
        let share = Share::read("false.txt", false_share.as_bytes()).unwrap();
        let error = fails(sealed.open(&[own(0), share]));
        assert!(error.starts_with("false.txt: "), "{error}");
        assert!(error.contains(&format!("not share {index} as it was made")), "{error}");
    }
}

#[test]
fn what_is_no_share_is_refused_without_being_shown() {
    let organizers = organizers(2);
    let sealed = sealed(&organizers, 2);
    let text = share(&sealed, &organizers, 0).text().reveal().as_str().to_owned();
    let value = text.trim_end().rsplit(' ').next().unwrap().to_owned();
    let cases = [
        (String::new(), "no share"),
        ("AGE-SECRET-KEY-1QQ".to_owned(), "no share"),
        (text.replace("share-1", "share-2"), "no share"),
        (format!("{text}{text}"), "no share"),
        (text.replacen(' ', "  ", 1), "no share"),
        (text.replacen(" 1 ", " 0 ", 1), "index"),
        (text.replacen(" 1 ", " 256 ", 1), "index"),
        (text.replacen(&sealed.commitment().to_string(), "abc", 1), "commitment"),
        (text.trim_end()[..text.len() - 2].to_owned(), "cut or damaged"),
        (text.replacen(&value, &"g".repeat(value.len()), 1), "cut or damaged"),
        ("x".repeat(5000), "no share"),
    ];
    for (text, expected) in cases {
        let error = fails(Share::read("share.txt", text.as_bytes()));
        assert!(error.starts_with("share.txt: ") && error.contains(expected), "{error}");
        assert!(!error.contains(&value[..20]), "{error}");
    }
}

#[test]
fn a_threshold_and_its_recipients_fit_together() {
    let of =
        |count, threshold| fails(seal(&truth(), task(), &organizers(count).recipients, threshold));
    for threshold in [0, 1, 4] {
        let error = of(3, threshold);
        assert!(error.starts_with(&format!("threshold {threshold} of 3")), "{error}");
    }
    assert!(of(0, 2).starts_with("0 recipients"));
    assert!(of(1, 2).starts_with("1 recipients"));

    let mut recipients = organizers(2).recipients;
    let twice = recipients.texts()[1].to_uppercase();
    let error = fails(recipients.add("line 3", &twice).map(|()| 0));
    assert!(error.starts_with("line 3: ") && error.contains("twice"), "{error}");
    let key = x25519::Identity::generate().to_string();
    for text in ["", "age1", "ssh-ed25519 AAAA", key.expose_secret()] {
        let error = fails(recipients.add("--recipient", text));
        assert!(error.starts_with("--recipient: ") && error.contains("no recipient"), "{error}");
        assert!(!error.contains(&key.expose_secret()[..20]), "a secret key is not shown");
    }
    let file = format!("# us\n\n{}\nnobody\n", organizers(1).recipients.texts()[0]);
    let error = fails(recipients.add_file("us.txt", file.as_bytes()).map(|()| 0));
    assert!(error.starts_with("us.txt, line 4: "), "{error}");
    assert_eq!(recipients.len(), 3, "what was before it counts");
    assert!(fails(Recipients::new().add_file("us.txt", b"# nobody\n")).contains("us.txt"));
}

#[test]
fn files_of_identities_are_judged_without_being_shown() {
    let cases: [(&[u8], &str); 5] = [
        (b"", "no identity"),
        (b"# only a comment\n", "no identity"),
        (b"age-encryption.org/v1\n-> scrypt", "encrypted"),
        (b"# mine\nAGE-SECRET-KEY-1ZZZZ\n", "line 2"),
        (b"\xff\xfe", "line 1"),
    ];
    for (bytes, expected) in cases {
        let error = fails(Identities::read("mine.txt", bytes));
        assert!(error.starts_with("mine.txt: ") && error.contains(expected), "{error}");
        assert!(!error.contains("ZZZZ"), "{error}");
    }
}

/// Every file of the sealed form, changed in any byte or left out, is found before anything opens.
#[test]
fn changed_files_are_found() {
    let organizers = organizers(2);
    let sealed = sealed(&organizers, 2);
    let files = sealed.files().unwrap();
    let opens = |files: &Files| -> Result<Vec<u8>, SealError> {
        let sealed = Sealed::read(files)?;
        sealed.check_task(task())?;
        let mut shares = Vec::new();
        for identities in &organizers.identities {
            shares.extend(sealed.shares_of(identities)?);
        }
        Ok(sealed.open(&shares)?.truth.reveal().clone())
    };
    assert!(opens(&files).unwrap() == *truth().reveal());
    for name in ["sealed.json", "truth.age", "share-1.age", "share-2.age"] {
        let bytes = &files[name];
        for at in (0..bytes.len()).step_by(if name == "sealed.json" { 1 } else { 7 }) {
            let mut changed = files.clone();
            changed.get_mut(name).unwrap()[at] ^= 1;
            if let Ok(opened) = opens(&changed) {
                // White space, and whom a share is for, decide nothing.
                assert_eq!(name, "sealed.json", "byte {at}");
                assert!(opened == *truth().reveal(), "byte {at}");
            }
        }
        let mut fewer = files.clone();
        fewer.remove(name);
        let error = fails(opens(&fewer));
        assert!(error.contains(name) && error.contains("missing"), "{error}");
    }
    let mut more = files.clone();
    more.insert("share-3.age".to_owned(), Vec::new());
    assert!(fails(opens(&more)).starts_with("share-3.age: "));
    let elsewhere = fails(sealed.check_task(Digest::of(b"another task")));
    assert!(elsewhere.contains(&task().to_string()), "{elsewhere}");
}

#[test]
fn a_proof_fails_for_another_truth_and_for_other_files() {
    let organizers = organizers(3);
    let pair = || seal(&truth(), task(), &organizers.recipients, 2).unwrap();
    let (one, proof) = pair();
    let other = Hidden::new(b"{}".to_vec());
    assert!(fails(proof.check(&one, &other)).contains("another truth"));
    let ((one, proof), (two, _)) = (pair(), pair());
    assert!(fails(proof.check(&two, &truth())).contains("truth.age"));
    assert_ne!(one.commitment(), two.commitment(), "each has a salt of its own");
}

#[test]
fn an_opening_is_of_one_truth_of_one_task() {
    let organizers = organizers(2);
    let sealed = sealed(&organizers, 2);
    let shares = [0, 1].map(|at| share(&sealed, &organizers, at));
    let opening = sealed.open(&shares).unwrap().opening;
    let changed = Hidden::new(truth().reveal().iter().map(|byte| byte ^ 1).collect());
    assert!(fails(opening.check(task(), &changed)).contains("another truth"));
    let elsewhere = fails(opening.check(Digest::of(b"another task"), &truth()));
    assert!(elsewhere.contains(&task().to_string()), "{elsewhere}");
    let text = String::from_utf8(opening.write().unwrap()).unwrap();
    let other_salt = text.replacen("\"salt\": \"", "\"salt\": \"00", 1);
    let cut = other_salt.rfind('"').unwrap();
    let other_salt = format!("{}{}", &other_salt[..cut - 2], &other_salt[cut..]);
    let other_salt = Opening::read(other_salt.as_bytes()).unwrap();
    assert!(fails(other_salt.check(task(), &truth())).contains("another truth"));
    assert!(fails(Opening::read(text.replace(": 1,", ": 2,").as_bytes())).contains("schema 2"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// Any bytes come back, whoever opens them.
    #[test]
    fn any_bytes_come_back(
        bytes in proptest::collection::vec(any::<u8>(), 0..3000),
        (count, threshold) in (2_usize..6).prop_flat_map(|count| (Just(count), 2..=count)),
        first in 0_usize..6,
    ) {
        let organizers = organizers(count);
        let truth = Hidden::new(bytes);
        let (sealed, proof) = seal(&truth, task(), &organizers.recipients, threshold).unwrap();
        proof.check(&sealed, &truth).unwrap();
        let members = (0..threshold).map(|at| (first + at) % count);
        let shares: Vec<Share> = members.map(|at| share(&sealed, &organizers, at)).collect();
        prop_assert!(sealed.open(&shares).unwrap().truth == truth);
    }

    /// Reading whatever bytes fails or succeeds, and does nothing else.
    #[test]
    fn arbitrary_bytes_do_no_harm(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = Share::read("x", &bytes);
        let _ = Opening::read(&bytes);
        let _ = Identities::read("x", &bytes);
        let _ = Recipients::new().add_file("x", &bytes);
        for name in ["sealed.json", "truth.age"] {
            let _ = Sealed::read(&Files::from([(name.to_owned(), bytes.clone())]));
        }
    }
}
