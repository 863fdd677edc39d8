//! The transcript's limit, with a smaller one than the published.

use std::sync::{Arc, Mutex};

use assay_network::Architecture;

use super::*;
use crate::{DatasetHandle, Live, Replayer};

/// Answers every window with zeros; a network has a content, so that a full transcript is longer.
struct Zeros;

impl Inventory for Zeros {
    fn tensor(&self, tensor: TensorHandle) -> Option<&[usize]> {
        (tensor.0 == 0).then_some(&[1000])
    }

    fn network(&self, _: NetworkHandle) -> Option<(&Architecture, bool)> {
        None
    }

    fn dataset(&self, _: DatasetHandle) -> Option<(usize, &[usize], &[usize])> {
        None
    }

    fn live(&self) -> Live {
        Live { tensors: 1, networks: 1, bytes: 4000 }
    }
}

impl Execute for Zeros {
    fn execute(&mut self, call: &Call, _: &Plan) -> Result<Reply, Fault> {
        match call {
            Call::TensorRead { length, .. } => Ok(Reply::Floats(vec![0.0; *length as usize])),
            _ => Ok(Reply::Tensors(vec![(TensorHandle(0), vec![1000])])),
        }
    }

    fn content(&self, _: TensorHandle) -> Option<Digest> {
        Some(Digest::of(b"zeros"))
    }

    fn network_content(&self, _: NetworkHandle) -> Option<Digest> {
        None
    }
}

type Kept = Arc<Mutex<Vec<Vec<u8>>>>;

fn session(detail: Detail, bytes_max: u64) -> (Session<Zeros>, Kept) {
    let kept = Kept::default();
    let keep = Arc::clone(&kept);
    let recorder: Recorder = Box::new(move |entry| {
        keep.lock().unwrap().push(entry.to_vec());
        Ok(())
    });
    let mut session = Session::new(Zeros, Limits { work_max: u64::MAX }, detail);
    session.transcript = session.transcript.with_bytes_max(bytes_max);
    (session.with_recorder(recorder), kept)
}

const SOFTMAX: Call = Call::TensorSoftmax { tensor: TensorHandle(0) };

#[test]
fn a_full_transcript_ends_the_unit_at_the_same_call_for_every_detail() {
    let calls = |detail| {
        let (mut session, kept) = session(detail, 4000);
        let stop = (0..1000).find_map(|_| session.call(SOFTMAX).err());
        assert_eq!(stop, Some(Stop::Transcript { max: 4000 }));
        let entries = kept.lock().unwrap();
        assert_eq!(entries.len() as u64, session.transcript().entries());
        let last = crate::Entry::decode(entries.last().unwrap()).unwrap();
        assert!(matches!(
            last,
            crate::Entry::Stop { ending: Ending::Transcript { max: 4000 }, work: 0, .. }
        ));
        session.meters().calls
    };
    assert_eq!(calls(Detail::Visible), calls(Detail::Full));
    assert!(calls(Detail::Full) > 10);
}

#[test]
fn notes_end_where_the_transcript_does_and_the_unit_keeps_its_value() {
    let (mut session, kept) = session(Detail::Visible, 4000);
    for _ in 0..1000 {
        session.note("log.write", "a line of forty characters, more or less");
    }
    let entries = kept.lock().unwrap().clone();
    assert!((20..100).contains(&entries.len()), "{}", entries.len());
    assert_eq!(session.stop(), None, "nothing was asked for after the last");
    assert_eq!(session.call(SOFTMAX), Err(Stop::Transcript { max: 4000 }));
    session.note("log.write", "after the end");
    assert_eq!(kept.lock().unwrap().len(), entries.len() + 1);
}

#[test]
fn a_replay_is_full_where_the_session_was() {
    let (mut session, kept) = session(Detail::Full, 2000);
    let unit = |host: &mut dyn Host| {
        let mut said = Vec::new();
        for step in 0..50 {
            host.note("budget.fuel-left", &step.to_string());
            said.push(host.call(Call::TensorRead {
                tensor: TensorHandle(0),
                offset: 0,
                length: 9,
            }));
        }
        said
    };
    let said = unit(&mut session);
    assert!(said[3].is_ok() && said[49].is_err(), "{said:?}");
    let entries: Vec<Vec<u8>> = kept.lock().unwrap().clone();
    let mut replayer =
        Replayer::new(entries.into_iter().map(Ok), Detail::Full).with_bytes_max(2000);
    assert_eq!(unit(&mut replayer), said);
    assert_eq!(replayer.finish(), Ok(None));
    assert_eq!(replayer.meters(), session.meters());
    assert_eq!(replayer.transcript().digest(), session.transcript().digest());
}

#[test]
fn an_entry_that_no_transcript_takes_and_a_recorder_that_fails_are_faults() {
    let (mut session, kept) = session(Detail::Visible, u64::MAX);
    session.note("log.write", &"x".repeat(limits::ENTRY_BYTES_MAX as usize));
    assert!(matches!(session.stop(), Some(Stop::Fault(_))));
    assert!(matches!(session.call(SOFTMAX), Err(Stop::Fault(_))));
    assert!(kept.lock().unwrap().is_empty());

    let failing: Recorder = Box::new(|_| Err(Fault("the disk is full".to_owned())));
    let mut session =
        Session::new(Zeros, Limits { work_max: u64::MAX }, Detail::Visible).with_recorder(failing);
    let stop = session.call(SOFTMAX).unwrap_err();
    assert_eq!(stop, Stop::Fault(Fault("the disk is full".to_owned())));
    assert_eq!(session.transcript().entries(), 0, "nothing counts that was not kept");
}
