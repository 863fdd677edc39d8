//! A record's canonical bytes: every field by its name, in one order.

use assay_call::canonical::{Malformed, Reader, Writer};
use assay_call::{Detail, Meters};
use assay_ids::{ContestSeed, Digest, UnitSeed};

use crate::{HostBuild, Outcome, Record, RecordError, SandboxBuild, TranscriptSummary};

/// Version of the encoding, as its first field.
const FORM: &str = "assay record 2";
/// The most bytes of a record: some ten times what one has.
pub(crate) const RECORD_BYTES_MAX: u64 = 64 << 10;

impl Record {
    /// The record's bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Writer::new();
        out.text(FORM);
        out.text("component").hash(self.component);
        out.text("task").hash(self.task);
        out.text("network id").text(&self.network_id);
        out.text("network").hash(self.network);
        out.text("dataset").hash(self.dataset);
        out.text("limits").hash(self.limits);
        out.text("world").text(&self.world);
        out.text("phase key");
        optional(&mut out, self.phase_key);
        out.text("contest seed").number(self.contest_seed.0);
        out.text("unit seed").number(self.unit_seed.0);
        out.text("host version").text(&self.host.version);
        out.text("host lock").hash(self.host.lock);
        out.text("host compiler").text(&self.host.compiler);
        out.text("sandbox version").text(&self.sandbox.version);
        out.text("sandbox compatibility").text(&self.sandbox.compatibility);
        out.text("lane").text(&self.lane);
        out.text("processor").text(&self.processor);
        out.text("outcome");
        match &self.outcome {
            Outcome::Value(value) => out.text("value").number(value.to_bits()),
            Outcome::Failed { class, text } => out.text("failed").text(class).text(text),
        };
        out.text("fuel").number(self.fuel);
        out.text("work").number(self.meters.work);
        out.text("calls").number(self.meters.calls);
        out.text("bytes").number(self.meters.bytes);
        out.text("log").hash(self.log);
        out.text("transcript detail").text(self.transcript.detail.name());
        out.text("transcript").hash(self.transcript.digest);
        out.text("transcript entries").number(self.transcript.entries);
        out.text("salt");
        optional(&mut out, self.salt.map(Digest::from_bytes));
        out.text("previous").hash(self.previous);
        out.finish()
    }

    /// The record of these bytes.
    ///
    /// # Errors
    /// The bytes are not what [`encode`](Self::encode) writes, or say what no record may say.
    pub fn decode(bytes: &[u8]) -> Result<Self, RecordError> {
        let refused = |error: Malformed| RecordError::refused(error);
        if bytes.len() as u64 > RECORD_BYTES_MAX {
            let length = bytes.len();
            return Err(RecordError::refused(format!(
                "{length} bytes, a record has at most {RECORD_BYTES_MAX}"
            )));
        }
        let record = read(&mut Reader::new(bytes)).map_err(refused)?;
        record.check().map_err(RecordError::refused)?;
        Ok(record)
    }

    /// The record's digest.
    pub fn digest(&self) -> Digest {
        Digest::of(&self.encode())
    }
}

fn read(from: &mut Reader<'_>) -> Result<Record, Malformed> {
    from.field(FORM)?;
    let record = Record {
        component: hash(from, "component")?,
        task: hash(from, "task")?,
        network_id: text(from, "network id")?,
        network: hash(from, "network")?,
        dataset: hash(from, "dataset")?,
        limits: hash(from, "limits")?,
        world: text(from, "world")?,
        phase_key: maybe(from, "phase key")?,
        contest_seed: ContestSeed(number(from, "contest seed")?),
        unit_seed: UnitSeed(number(from, "unit seed")?),
        host: HostBuild {
            version: text(from, "host version")?,
            lock: hash(from, "host lock")?,
            compiler: text(from, "host compiler")?,
        },
        sandbox: SandboxBuild {
            version: text(from, "sandbox version")?,
            compatibility: text(from, "sandbox compatibility")?,
        },
        lane: text(from, "lane")?,
        processor: text(from, "processor")?,
        outcome: outcome(from)?,
        fuel: number(from, "fuel")?,
        meters: Meters {
            work: number(from, "work")?,
            calls: number(from, "calls")?,
            bytes: number(from, "bytes")?,
        },
        log: hash(from, "log")?,
        transcript: transcript(from)?,
        salt: maybe(from, "salt")?.map(|salt| *salt.as_bytes()),
        previous: hash(from, "previous")?,
    };
    from.end()?;
    Ok(record)
}

fn hash(from: &mut Reader<'_>, name: &str) -> Result<Digest, Malformed> {
    from.field(name)?;
    from.hash()
}

fn text(from: &mut Reader<'_>, name: &str) -> Result<String, Malformed> {
    from.field(name)?;
    Ok(from.text()?.to_owned())
}

fn number(from: &mut Reader<'_>, name: &str) -> Result<u64, Malformed> {
    from.field(name)?;
    from.number()
}

fn outcome(from: &mut Reader<'_>) -> Result<Outcome, Malformed> {
    from.field("outcome")?;
    match from.text()? {
        "value" => Ok(Outcome::Value(f64::from_bits(from.number()?))),
        "failed" => {
            Ok(Outcome::Failed { class: from.text()?.to_owned(), text: from.text()?.to_owned() })
        }
        other => Err(from.malformed(format!("{other:?} names no outcome"))),
    }
}

fn transcript(from: &mut Reader<'_>) -> Result<TranscriptSummary, Malformed> {
    from.field("transcript detail")?;
    Ok(TranscriptSummary {
        detail: from.named("detail of a transcript", Detail::ALL, Detail::name)?,
        digest: hash(from, "transcript")?,
        entries: number(from, "transcript entries")?,
    })
}

fn optional(out: &mut Writer, bytes: Option<Digest>) {
    out.flag(bytes.is_some());
    if let Some(bytes) = bytes {
        out.hash(bytes);
    }
}

fn maybe(from: &mut Reader<'_>, name: &str) -> Result<Option<Digest>, Malformed> {
    from.field(name)?;
    let there = from.flag()?;
    there.then(|| from.hash()).transpose()
}
