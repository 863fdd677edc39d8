//! The conversation between processes: the same as in process, and nothing that arrives can do worse
//! than end it.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod fixed;

use std::fmt::Debug;
use std::io::{Cursor, Read, Write};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex};
use std::thread;

use assay_call::transport::{
    Beginning, Link, Order, RemoteHost, Report, TransportError, accept, greet, receive_descriptor,
    recorder, refuse, report, say, serve, take_order,
};
use assay_call::{
    Budget, Call, DatasetHandle, Detail, Entry, Fault, Host, LIMITS, Limits, Recorder, Reply,
    Session, Stop, TensorHandle,
};
use assay_ids::Digest;
use assay_network::{
    Activation, Architecture, Dataset, LayerKind, Network, Padding, Parameter, ParameterRole,
    Window,
};
use fixed::Fixed;
use proptest::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

fn session(work_max: u64) -> Session<Fixed> {
    Session::new(Fixed, Limits { work_max }, Detail::Visible)
}

const TENSOR: TensorHandle = TensorHandle(0);

/// Calls that are answered, refused, and stopped, in this order.
fn calls() -> Vec<Call> {
    vec![
        Call::TensorSoftmax { tensor: TENSOR },
        Call::TensorArgMax { tensor: TENSOR },
        Call::TensorFromList { shape: vec![2], values: vec![f32::NAN, -0.0] },
        Call::TensorReshape { tensor: TENSOR, shape: vec![3] },
        Call::BudgetWorkLeft,
        Call::TensorRead { tensor: TENSOR, offset: 0, length: 1 },
        Call::TensorShape { tensor: TensorHandle(9) },
        Call::TensorSoftmax { tensor: TENSOR },
    ]
}

#[test]
fn a_session_in_another_process_is_the_session_here() {
    let work_max = 30_000;
    let mut here = session(work_max);
    let mut expected: Vec<Result<Reply, Stop>> = Vec::new();
    for call in calls() {
        here.note("fuel", "12");
        expected.push(here.call(call));
    }
    assert!(matches!(expected[3], Ok(Reply::Error(_))));
    assert!(matches!(expected[5], Err(Stop::Fault(_))));
    // A stopped unit stays stopped, whoever goes on asking.
    assert_eq!(expected[6..], [expected[5].clone(), expected[5].clone()]);

    let (mut near, far) = UnixStream::pair().unwrap();
    let engine = thread::spawn(move || {
        greet(&mut near).unwrap();
        let mut session = session(work_max);
        assert_eq!(serve(&mut near, &mut session).unwrap(), Some(b"over".to_vec()));
        (session.meters(), session.transcript().digest())
    });
    let mut remote = RemoteHost::connect(far.try_clone().unwrap()).unwrap();
    for (call, expected) in calls().into_iter().zip(expected) {
        remote.note("fuel", "12");
        assert_eq!(remote.call(call), expected);
    }
    say(&mut &far, b"over".to_vec()).unwrap();
    assert_eq!(engine.join().unwrap(), (here.meters(), here.transcript().digest()));
}

#[test]
fn a_last_word_over_its_limit_is_refused() {
    let request = |said: Vec<u8>| frame(&encode(&(2_u8, said)));
    let serve = |bytes| serve(&mut Pipe::of(bytes), &mut session(1));
    let max = LIMITS.iter().find(|limit| limit.name == "SAID_BYTES_MAX").unwrap().value as usize;
    assert_eq!(serve(request(vec![1; max])).unwrap(), Some(vec![1; max]));
    assert!(matches!(serve(request(vec![1; max + 1])), Err(TransportError::TooLarge { .. })));
    // A guest that closes its socket said nothing.
    assert_eq!(serve(Vec::new()).unwrap(), None);
}

#[test]
fn a_lost_engine_is_a_fault_and_stays_one() {
    let (near, far) = UnixStream::pair().unwrap();
    let mut remote = RemoteHost::over(far);
    drop(near);
    let first = remote.call(Call::BudgetWorkLeft).unwrap_err();
    assert!(matches!(&first, Stop::Fault(Fault(text)) if text.contains("engine process")));
    assert_eq!(remote.call(Call::BudgetWorkLeft).unwrap_err(), first);
}

#[test]
fn a_call_too_large_for_a_frame_is_not_sent() {
    let mut stream = Pipe::default();
    let mut remote = RemoteHost::over(&mut stream);
    let values = vec![0.0; frame_max() / 4 + 1];
    let stop = remote.call(Call::TensorFromList { shape: vec![], values }).unwrap_err();
    assert!(stop.to_string().contains("at most"), "{stop}");
    drop(remote);
    assert!(stream.output.is_empty());
}

#[test]
fn whatever_a_guest_may_bring_fits_a_frame() {
    // The sandbox lifts at most 2 MiB from a guest in one call; indices grow most.
    let indices = vec![u32::MAX; (2 << 20) / 4];
    let call = Call::DataGather { dataset: DatasetHandle(u32::MAX), indices };
    assert!(encode(&call).len() < frame_max());
}

#[test]
fn other_programs_are_told_apart() {
    let foreign = frame(&encode(&(1_u32, "assay:measure@9.9.9", 7_u64)));
    let error = greet(&mut Pipe::of(foreign)).unwrap_err();
    assert!(matches!(error, TransportError::Mismatch { .. }));
    assert!(error.to_string().contains("assay:measure@9.9.9"), "{error}");
    let error = greet(&mut Pipe::of(frame(b"HTTP/1.1 400"))).unwrap_err();
    assert!(matches!(error, TransportError::Garbled { .. } | TransportError::Mismatch { .. }));
    assert!(matches!(greet(&mut Pipe::default()), Err(TransportError::Closed)));
}

#[test]
fn a_length_over_the_limit_is_refused_before_anything_is_read() {
    let mut stream = Pipe::of([0xff; 64].to_vec());
    let error = serve(&mut stream, &mut session(1)).unwrap_err();
    assert!(matches!(error, TransportError::TooLarge { length: 0xffff_ffff, .. }));
    assert_eq!(stream.input.position(), 4);
}

#[test]
fn a_cut_conversation_ends_with_an_error_or_at_a_frame() {
    let whole = requests(&calls()[..3]);
    let frames: Vec<usize> = (0..=3).map(|count| requests(&calls()[..count]).len()).collect();
    for cut in 0..=whole.len() {
        let result = serve(&mut Pipe::of(whole[..cut].to_vec()), &mut session(u64::MAX));
        assert_eq!(result.is_ok(), frames.contains(&cut), "cut at {cut}: {result:?}");
    }
}

#[test]
fn bytes_after_a_message_are_an_error() {
    let mut body = encode(&(0_u8, Call::BudgetWorkLeft));
    body.push(0);
    let error = serve(&mut Pipe::of(frame(&body)), &mut session(u64::MAX)).unwrap_err();
    assert!(error.to_string().contains("1 bytes are left over"), "{error}");
}

fn network() -> Network {
    let window = Window { size: [3, 3], strides: [2, 1], padding: Padding::Same };
    let kinds = vec![
        LayerKind::Conv2d { filters: 2, window, activation: Activation::Relu, bias: false },
        LayerKind::BatchNorm { epsilon: 0.001, scale: true, center: false },
        LayerKind::MaxPool2d { window },
        LayerKind::AvgPool2d { window },
        LayerKind::Dropout { rate: 0.25 },
        LayerKind::Activation { activation: Activation::Gelu },
        LayerKind::Flatten,
        LayerKind::Dense { units: 3, activation: Activation::Softmax, bias: true },
    ];
    let architecture = Architecture::new(&[4, 4, 1], kinds).unwrap();
    let array = |p: &Parameter| (0..p.shape.iter().product()).map(|i: usize| i as f32).collect();
    let weights: Vec<Vec<f32>> = architecture.parameters().iter().map(array).collect();
    Network::new(Arc::new(architecture), weights.clone(), Some(weights)).unwrap()
}

#[test]
fn orders_arrive_whole_and_units_report() {
    // More values than one piece holds.
    let data = Dataset::new(vec![300, 300], vec![0.5; 270_000], vec![1, 0, 2], 3).unwrap();
    let digest = Digest::of(b"transcript");
    let (mut near, far) = UnixStream::pair().unwrap();
    let engine = thread::spawn(move || {
        greet(&mut near).unwrap();
        accept(&mut near, "a test").unwrap();
        let Some(Order::Data(data)) = take_order(&mut near).unwrap() else { panic!("no data") };
        accept(&mut near, "").unwrap();
        let Some(Order::Network(own)) = take_order(&mut near).unwrap() else {
            panic!("no network")
        };
        refuse(&mut near, "too deep").unwrap();
        let order = take_order(&mut near).unwrap();
        let Some(Order::Unit(beginning)) = order else { panic!("no unit") };
        let Beginning { budget, detail, recorded: true } = beginning else {
            panic!("{beginning:?}")
        };
        let mut guest = UnixStream::from(receive_descriptor(&near).unwrap());
        accept(&mut near, "").unwrap();
        let limits = budget.limits(0, 0);
        let mut session = Session::new(Fixed, limits, detail);
        session = session.with_recorder(recorder(near.try_clone().unwrap()));
        greet(&mut guest).unwrap();
        let said = serve(&mut guest, &mut session).unwrap();
        let meters = session.meters();
        let stopped = None;
        let unit = Report { limits, meters, transcript: digest, entries: 1, stopped, said };
        report(&mut near, unit).unwrap();
        assert!(take_order(&mut near).unwrap().is_none());
        (data, own)
    });
    let mut link = Link::connect(far).unwrap();
    assert_eq!(link.about(), "a test");
    link.data(&data).unwrap();
    assert_eq!(link.network(&network()).unwrap_err().to_string(), "too deep");
    let (theirs, guest) = UnixStream::pair().unwrap();
    let budget = Budget { passes: 1, examples_floor: 1, arithmetic: 5000 };
    link.begin(Beginning { budget, detail: Detail::Full, recorded: true }, theirs).unwrap();
    let mut remote = RemoteHost::connect(guest.try_clone().unwrap()).unwrap();
    assert_eq!(remote.call(Call::BudgetWorkLimit), Ok(Reply::Number(5000)));
    say(&mut &guest, vec![7]).unwrap();
    let entries = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&entries);
    let keep: Recorder = Box::new(move |entry| {
        kept.lock().unwrap().push(Entry::decode(entry).unwrap());
        Ok(())
    });
    let reported = link.report(Some(keep), || false).unwrap();
    assert_eq!(entries.lock().unwrap().len(), 1);
    assert_eq!(entries.lock().unwrap()[0].name(), Call::BudgetWorkLimit.name());
    assert_eq!((reported.meters.calls, reported.transcript), (1, digest));
    assert_eq!((reported.limits.work_max, reported.said), (5000, Some(vec![7])));
    drop(link);
    let (received, own) = engine.join().unwrap();
    assert_eq!((received.inputs(), received.labels()), (data.inputs(), data.labels()));
    assert_eq!(own.architecture(), network().architecture());
    assert_eq!((own.weights(), own.initial()), (network().weights(), network().initial()));
}

#[test]
fn layers_and_parameters_survive_the_encoding() {
    let architecture = network().architecture().clone();
    let layers = Reply::Layers(architecture.layers().to_vec());
    assert_eq!(decode::<Reply>(&encode(&layers)).unwrap(), layers);
    let parameters = Reply::Parameters(architecture.parameters().to_vec());
    assert_eq!(decode::<Reply>(&encode(&parameters)).unwrap(), parameters);
    assert!(architecture.parameters().iter().any(|p| p.role == ParameterRole::MovingVariance));
}

/// Variants of an enum that the encoding writes by position: all zeros after the position is a value
/// of any of them (empty lists, zero numbers, first variants), so this counts new ones too.
fn variants<T: DeserializeOwned>() -> usize {
    let decodes = |at: &u8| {
        let mut bytes = [0; 64];
        bytes[0] = *at;
        postcard::take_from_bytes::<T>(&bytes).is_ok()
    };
    (0_u8..=0x7f).take_while(decodes).count()
}

fn survives<T: Serialize + DeserializeOwned + Debug>(bytes: &[u8]) -> Result<(), TestCaseError> {
    // Bytes decide the value. Encoded floats are compared by bits: NaN is no exception.
    if let Ok((value, _)) = postcard::take_from_bytes::<T>(bytes) {
        let encoded = encode(&value);
        let again: T = decode(&encoded).map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert_eq!(&encode(&again), &encoded);
        prop_assert_eq!(format!("{again:?}"), format!("{value:?}"));
    }
    Ok(())
}

/// Mostly small numbers, so that lists are short and positions of variants exist.
fn body() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(prop_oneof![4 => 0_u8..6, 1 => any::<u8>()], 64..256)
}

proptest! {
    #[test]
    fn every_call_and_reply_survives_the_encoding(mut bytes in body()) {
        let (calls, replies) = (variants::<Call>(), variants::<Reply>());
        prop_assert!(calls > 30 && replies > 10, "{} calls, {} replies", calls, replies);
        for at in 0..calls.max(replies) {
            bytes[0] = at as u8;
            survives::<Call>(&bytes)?;
            survives::<Reply>(&bytes)?;
        }
    }

    #[test]
    fn garbage_ends_a_conversation_and_nothing_else(
        bodies in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 1..4),
        tail in prop::collection::vec(any::<u8>(), 0..8),
    ) {
        let mut bytes: Vec<u8> = bodies.iter().flat_map(|body| frame(body)).collect();
        bytes.extend(tail);
        // Each either ends in order or is an error; a panic fails the test.
        serve(&mut Pipe::of(bytes.clone()), &mut session(u64::MAX)).ok();
        take_order(&mut Cursor::new(bytes.clone())).ok();
        let (mut near, far) = UnixStream::pair().unwrap();
        near.write_all(&bytes).unwrap();
        near.shutdown(Shutdown::Write).unwrap();
        Link::connect(far).err();
        let mut remote = RemoteHost::over(Pipe::of(bytes));
        while !matches!(remote.call(Call::BudgetWorkLeft), Err(Stop::Fault(_))) {}
    }

    #[test]
    fn a_message_that_claims_much_is_refused(length in 1_u64..u64::MAX) {
        // A list of `length` floats, of which none follows.
        let mut body = vec![0, 0, 1, 1];
        body.extend(encode(&length));
        let result = serve(&mut Pipe::of(frame(&body)), &mut session(u64::MAX));
        prop_assert!(matches!(result, Err(TransportError::Garbled { .. })), "{:?}", result);
        // A dataset whose examples never come.
        let mut claim = Cursor::new(frame(&encode(&(0_u8, vec![length], length, 10_u32))));
        prop_assert!(take_order(&mut claim).is_err());
    }
}

fn frame_max() -> usize {
    LIMITS.iter().find(|limit| limit.name == "FRAME_BYTES_MAX").unwrap().value as usize
}

fn encode<T: Serialize>(value: &T) -> Vec<u8> {
    postcard::to_stdvec(value).unwrap()
}

fn decode<T: DeserializeOwned>(bytes: &[u8]) -> postcard::Result<T> {
    postcard::from_bytes(bytes)
}

fn frame(body: &[u8]) -> Vec<u8> {
    let mut frame = (body.len() as u32).to_le_bytes().to_vec();
    frame.extend(body);
    frame
}

/// Calls as an asking side sends them.
fn requests(calls: &[Call]) -> Vec<u8> {
    calls.iter().flat_map(|call| frame(&encode(&(0_u8, call)))).collect()
}

/// A stream whose other end has said everything already.
#[derive(Default)]
struct Pipe {
    input: Cursor<Vec<u8>>,
    output: Vec<u8>,
}

impl Pipe {
    fn of(input: Vec<u8>) -> Self {
        Self { input: Cursor::new(input), output: Vec::new() }
    }
}

impl Read for Pipe {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        self.input.read(into)
    }
}

impl Write for Pipe {
    fn write(&mut self, from: &[u8]) -> std::io::Result<usize> {
        self.output.write(from)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
