//! Frames between processes: what a guest sends to the engine, what an engine is ordered, what it
//! answers. Any bytes, cut into any reads.

use std::io::{Read as _, Write as _};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;

use assay_call::transport::{
    Greeting, Link, Order, RemoteHost, TransportError, accept, greet, read_bytes, recorder, refuse,
    report, serve, take_order,
};
use assay_call::transport::{Report, write};
use assay_call::{
    Budget, Call, Detail, Entry, Host as _, Limits, Meters, Recorder, Stopped, TensorHandle,
};
use assay_ids::Digest;
use serde::Serialize;

use crate::cut::{Cut, piece};
use crate::pipe::Pipe;
use crate::session::drawn;
use crate::target::{bits, twice};
use crate::unit::{LANES, dataset, network, session};
use crate::{Material, Memory, Seed, Target};

/// Most bytes of an input: several frames, and more than one read of a socket.
const LENGTH_MAX: usize = 1 << 15;

/// Sizes of reads, then the stream.
fn split(input: &[u8]) -> (&[u8], &[u8]) {
    let mut cut = Cut::new(input);
    let sizes = usize::from(cut.byte() % 8);
    (cut.take(sizes), cut.rest())
}

fn joined(sizes: &[u8], stream: &[u8]) -> Vec<u8> {
    [&[sizes.len() as u8], sizes, stream].concat()
}

fn frame(message: &impl Serialize) -> Vec<u8> {
    let mut frame = Vec::new();
    write(&mut frame, message).expect("a seed fits a frame");
    frame
}

/// What a guest's process sends over its socket.
pub const FRAMES_UNIT: Target = Target {
    name: "frames_unit",
    about: "a guest's stream to the engine: the same answers however it is cut into reads, each of \
            them a whole frame",
    weight: 800,
    short: 15_000,
    length_max: LENGTH_MAX,
    memory: Memory::new(16, 256),
    run: |input| {
        let (sizes, stream) = split(input);
        let whole = serve_unit(stream, &[]);
        assert_eq!(whole, serve_unit(stream, sizes), "reads of {sizes:?} change what is heard");
        let mut answers = whole.0.as_slice();
        while let Some(answer) = read_bytes(&mut answers).expect("answers are whole frames") {
            assert!(!answer.is_empty());
        }
    },
    seeds: |_| {
        let request = |call: &Call| frame(&(0_u8, call));
        let calls = drawn();
        let all: Vec<u8> = calls.iter().flat_map(request).collect();
        let note = frame(&(1_u8, "budget.fuel-left", "12"));
        let end = frame(&(2_u8, b"said".to_vec()));
        let mut seeds: Vec<Seed> = calls
            .iter()
            .map(|call| {
                Seed::new(call.name(), joined(&[3], &[request(call), end.clone()].concat()))
            })
            .collect();
        seeds.push(Seed::new(
            "all",
            joined(&[1, 0, 200], &[all, note.clone(), end.clone()].concat()),
        ));
        seeds.push(Seed::new("note", joined(&[], &[note, end].concat())));
        seeds
    },
    words: &["\u{0}\u{0}\u{0}", "\u{1}\u{0}\u{0}\u{0}"],
};

fn serve_unit(stream: &[u8], sizes: &[u8]) -> (Vec<u8>, String, Meters, Digest) {
    let mut session = session(&LANES[0], Detail::Visible, None);
    let mut pipe = Pipe::new(stream, sizes);
    let served = format!("{:?}", serve(&mut pipe, &mut session));
    (pipe.output, served, session.meters(), session.transcript().digest())
}

/// What the process that started an engine sends it.
pub const FRAMES_ORDERS: Target = Target {
    name: "frames_orders",
    about: "orders to an engine: the same orders however they are cut into reads; nothing is \
            allocated for what a message only claims",
    weight: 900,
    short: 15_000,
    length_max: LENGTH_MAX,
    memory: Memory::new(2, 256),
    run: |input| {
        let (sizes, stream) = split(input);
        let whole = orders(stream, &[]);
        assert_eq!(whole, orders(stream, sizes), "reads of {sizes:?} change what is heard");
    },
    seeds: |_| {
        let data = ordered(|link| link.data(&dataset()));
        let network = ordered(|link| link.network(&network()));
        let select = ordered(|link| link.select(1, "model_7"));
        let beginning = assay_call::transport::Beginning {
            budget: Budget::PUBLISHED,
            detail: Detail::Full,
            recorded: true,
        };
        let unit = ordered(|link| link.begin(beginning, UnixStream::pair()?.0));
        let all = [data.as_slice(), &network, &select].concat();
        let named = [
            ("data", data),
            ("network", network),
            ("select", select),
            ("unit", unit),
            ("all", all),
        ];
        named.into_iter().map(|(name, bytes)| Seed::new(name, joined(&[5, 0], &bytes))).collect()
    },
    words: &["model_7", "\u{0}\u{0}\u{0}"],
};

/// Each order, and how it ended.
fn orders(stream: &[u8], sizes: &[u8]) -> Vec<String> {
    let mut pipe = Pipe::new(stream, sizes);
    let mut heard = Vec::new();
    loop {
        match take_order(&mut pipe) {
            Ok(None) => return heard,
            Ok(Some(order)) => heard.push(described(&order)),
            Err(error) => {
                heard.push(error.to_string());
                return heard;
            }
        }
    }
}

fn described(order: &Order) -> String {
    match order {
        Order::Data(data) => {
            let (shape, labels) = (data.shape(), data.labels());
            format!("{shape:?} {:?} {labels:?} {}", bits(data.inputs()), data.classes())
        }
        Order::Network(network) => {
            let arrays = network.weights().iter().chain(network.initial().into_iter().flatten());
            let arrays: Vec<Vec<u32>> = arrays.map(|array| bits(array)).collect();
            format!("{:?} {arrays:?}", network.architecture())
        }
        Order::Phase(key) => format!("Phase {}", key.commitment()),
        Order::Select { task, network } => format!("Select {task} {network:?}"),
        Order::Unit(beginning) => format!("Unit {beginning:?}"),
    }
}

/// What a link sends, without its greeting.
fn ordered(order: impl FnOnce(&mut Link) -> Result<(), TransportError>) -> Vec<u8> {
    let mut sent = Vec::new();
    let (near, mut far) = UnixStream::pair().expect("sockets can be made");
    // The other side has answered everything before it is asked.
    far.write_all(&greeting()).expect("it fits the socket");
    accept(&mut far, "ready").expect("it fits the socket");
    accept(&mut far, "taken").expect("it fits the socket");
    let mut link = Link::connect(near).expect("the greeting is ours");
    order(&mut link).expect("a seed is a sound order");
    drop(link);
    far.read_to_end(&mut sent).expect("the socket can be read");
    sent.split_off(greeting().len())
}

fn greeting() -> Vec<u8> {
    frame(&Greeting::ours())
}

/// What an engine's process answers, to whoever started it and to a guest.
pub const FRAMES_ANSWERS: Target = Target {
    name: "frames_answers",
    about: "greetings, answers, entries and reports of an engine, and replies to a guest: heard in \
            one way, and a broken conversation stays broken",
    weight: 400,
    short: 8000,
    length_max: LENGTH_MAX,
    memory: Memory::new(2, 256),
    run: |input| {
        let mut cut = Cut::new(input);
        let choice = cut.byte();
        let stream = cut.rest();
        match choice % 3 {
            0 => drop(twice(|| link(stream))),
            1 => drop(twice(|| asked(stream, usize::from(choice / 3 % 8)))),
            _ => {
                let (sizes, stream) = split(stream);
                let greeted = greet(&mut Pipe::new(stream, sizes)).map_err(|e| e.to_string());
                let whole = greet(&mut Pipe::new(stream, &[])).map_err(|e| e.to_string());
                assert_eq!(greeted, whole);
            }
        }
    },
    seeds: answers,
    words: &["assay:measure@0.1.0"],
};

/// A worker's side: connects, selects, hears entries and a report.
fn link(stream: &[u8]) -> Vec<String> {
    let (near, mut far) = UnixStream::pair().expect("sockets can be made");
    far.write_all(stream).expect("an input fits the socket");
    far.shutdown(Shutdown::Write).expect("a socket can be shut");
    let mut heard = Vec::new();
    let mut entries = Vec::new();
    match Link::connect(near) {
        Err(error) => heard.push(error.to_string()),
        Ok(mut link) => {
            heard.push(link.about().to_owned());
            heard.push(format!("{:?}", link.select(0, "model_0").map_err(|e| e.to_string())));
            let (kept, recorder) = crate::unit::keeper();
            let reported = link.report(Some(recorder), || false).map_err(|e| e.to_string());
            heard.push(format!("{reported:?}"));
            entries = std::mem::take(&mut *kept.lock().expect("nobody panics with it"));
        }
    }
    for entry in entries {
        if let Ok(read) = Entry::decode(&entry) {
            assert_eq!(read.encode(), entry, "{read:?}");
        }
        heard.push(Digest::of(&entry).to_string());
    }
    heard
}

/// A guest's side: makes calls.
fn asked(stream: &[u8], calls: usize) -> Vec<String> {
    let mut host = RemoteHost::over(Pipe::new(stream, &[7, 1]));
    let mut broken = false;
    let call = Call::TensorShape { tensor: TensorHandle(0) };
    (0..=calls)
        .map(|_| {
            let answer = host.call(call.clone());
            let fault = format!("{answer:?}").contains("the engine process does not answer");
            assert!(fault || !broken, "a broken conversation went on with {answer:?}");
            broken = fault;
            format!("{answer:?}")
        })
        .collect()
}

fn answers(_: &Material) -> Vec<Seed> {
    let mut session = session(&LANES[0], Detail::Visible, None);
    let mut ready = greeting();
    accept(&mut ready, "the cpu lane").expect("a seed fits");
    let mut refused = ready.clone();
    refuse(&mut refused, "no such network").expect("a seed fits");
    accept(&mut ready, "taken").expect("a seed fits");

    let (mut near, far) = UnixStream::pair().expect("sockets can be made");
    let mut kept: Recorder = recorder(far.try_clone().expect("a socket has two hands"));
    let mut replies = Vec::new();
    for call in drawn() {
        let Ok(reply) = session.call(call.clone()) else { continue };
        replies.extend(frame(&(0_u8, &reply)));
        let (name, digest) = (call.name().to_owned(), call.digest());
        let entry =
            Entry::Call { name, call: digest, work: 1000, bytes: 0, reply, contents: vec![digest] };
        kept(&entry.encode()).expect("a seed fits the socket");
    }
    drop(kept);
    let stopped = Some(Stopped::OutOfWork("the work budget is exhausted".to_owned()));
    let of_unit = Report {
        limits: Limits { work_max: 9 },
        meters: session.meters(),
        transcript: session.transcript().digest(),
        entries: session.transcript().entries(),
        stopped,
        said: Some(b"said".to_vec()),
    };
    report(&mut &far, of_unit).expect("a seed fits the socket");
    drop(far);
    let mut unit = ready;
    near.read_to_end(&mut unit).expect("the socket can be read");
    let with = |choice: u8, stream: &[u8]| [&[choice], stream].concat();
    vec![
        Seed::new("unit", with(0, &unit)),
        Seed::new("refused", with(0, &refused)),
        Seed::new("replies", with(1 + 3 * 7, &replies)),
        Seed::new("greeting", with(2, &joined(&[2, 3], &greeting()))),
    ]
}

/// What a guest says of its unit at the end, which the worker believes as far as it must.
pub const LAST_WORDS: Target = Target {
    name: "last_words",
    about: "a guest's last words, judged: one report with the worker's seed and within the limits of \
            what a measure may say",
    weight: 600,
    short: 30_000,
    length_max: 1 << 13,
    memory: Memory::new(1, 256),
    run: |input| {
        let mut cut = Cut::new(input);
        let choice = cut.byte();
        let said = cut.rest();
        let stopped = match choice % 4 {
            0 => Some(Stopped::OutOfWork("no work is left".to_owned())),
            1 => Some(Stopped::Inconclusive("the engine failed".to_owned())),
            _ => None,
        };
        crate::said::check(Some(said), stopped.as_ref());
    },
    seeds: |_| crate::said::seeds(),
    words: &[],
};

/// Pieces one after the other.
pub(crate) fn pieces<'a>(all: impl IntoIterator<Item = &'a [u8]>) -> Vec<u8> {
    all.into_iter().flat_map(piece).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seed(target: &Target, name: &str) -> Vec<u8> {
        let seeds = (target.seeds)(&Material::find());
        seeds.into_iter().find(|seed| seed.name == name).unwrap().bytes
    }

    #[test]
    fn seeds_are_conversations_that_are_understood() {
        let note = seed(&FRAMES_UNIT, "note");
        let said = format!("Ok({:?})", Some(b"said".to_vec()));
        assert_eq!(serve_unit(split(&note).1, &[]).1, said);
        let all = seed(&FRAMES_ORDERS, "all");
        let heard = orders(split(&all).1, &[]);
        assert_eq!(heard.len(), 3, "{heard:?}");
        assert!(heard[2].starts_with("Select"), "{heard:?}");
        let unit = seed(&FRAMES_ANSWERS, "unit");
        let heard = link(&unit[1..]);
        assert_eq!(heard[0], "the cpu lane");
        assert!(heard[2].starts_with("Ok(Report"), "{heard:?}");
        assert!(heard.len() > 40, "one line for each entry: {}", heard.len());
        let replies = seed(&FRAMES_ANSWERS, "replies");
        assert!(asked(&replies[1..], 7).iter().all(|answer| answer.starts_with("Ok")));
    }
}
