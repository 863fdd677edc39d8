//! The record of one unit.

use assay_call::{Detail, Meters};
use assay_ids::{ContestSeed, Digest, Digester, Plain, UnitSeed, steers};

use crate::{HostBuild, RecordError, SandboxBuild, key_file};

/// The most bytes of a name, version or class.
const NAME_MAX: usize = 256;
/// The most bytes of a text: four times what a measure's own may have.
const TEXT_MAX: usize = 4096;

/// What is kept of one unit: what it was made of, by digest, and what came of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Digest of the component.
    pub component: Digest,
    /// Digest of the task.
    pub task: Digest,
    /// The network's own id in the task, also where a hidden phase shows it under another.
    pub network_id: String,
    /// Digest of the network.
    pub network: Digest,
    /// Digest of the training data, in their own order.
    pub dataset: Digest,
    /// Digest of the limits: [`limits_digest`].
    pub limits: Digest,
    /// The WIT world that the component was run in.
    pub world: String,
    /// Of hidden phases: the commitment of the phase's key, which decides in what order the measure saw
    /// the training data.
    pub phase_key: Option<Digest>,
    /// Seed of the contest.
    pub contest_seed: ContestSeed,
    /// Seed that the measure was handed; it follows from the contest's, the component and the network.
    pub unit_seed: UnitSeed,
    /// The host's build.
    pub host: HostBuild,
    /// The sandbox's engine.
    pub sandbox: SandboxBuild,
    /// The lane that computed.
    pub lane: String,
    /// The processor's features as the host saw them. Results of the `cpu` lane do not depend on them.
    pub processor: String,
    /// What came of the unit.
    pub outcome: Outcome,
    /// Instructions executed in the sandbox.
    pub fuel: u64,
    /// What was used on the host's side.
    pub meters: Meters,
    /// Digest of the measure's log: [`log_digest`].
    pub log: Digest,
    /// The transcript.
    pub transcript: TranscriptSummary,
    /// Of hidden phases, always: random bytes, so that nobody can guess a record from its digest.
    pub salt: Option<[u8; 32]>,
    /// Digest of the record before, or of the phase's name; [`Chain`](crate::Chain) sets it.
    pub previous: Digest,
}

/// A transcript by its digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TranscriptSummary {
    /// What it covers.
    pub detail: Detail,
    /// Its rolling digest.
    pub digest: Digest,
    /// Number of entries.
    pub entries: u64,
}

/// What came of a unit. Values are equal if their bits are.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// The measure's value; never NaN.
    Value(f64),
    /// No value.
    Failed {
        /// The reason class, such as `out-of-fuel`. Never `inconclusive`: such a unit is run again.
        class: String,
        /// What happened, for the author.
        text: String,
    },
}

impl PartialEq for Outcome {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Value(a), Self::Value(b)) => a.to_bits() == b.to_bits(),
            (Self::Failed { class, text }, Self::Failed { class: other, text: said }) => {
                class == other && text == said
            }
            _ => false,
        }
    }
}

impl Record {
    /// Whether the record says what a record may say; if not, what is wrong.
    pub(crate) fn check(&self) -> Result<(), String> {
        let names = [
            ("network id", &self.network_id),
            ("world", &self.world),
            ("host version", &self.host.version),
            ("compiler", &self.host.compiler),
            ("sandbox version", &self.sandbox.version),
            ("sandbox compatibility", &self.sandbox.compatibility),
            ("lane", &self.lane),
        ];
        for (what, name) in names {
            check_name(what, name)?;
        }
        check_text("processor", &self.processor)?;
        match &self.outcome {
            Outcome::Value(value) if value.is_nan() => {
                return Err("a value is never NaN: the outcome is `bad-output`".to_owned());
            }
            Outcome::Value(_) => {}
            Outcome::Failed { class, text } => {
                check_class(class)?;
                check_text("outcome text", text)?;
            }
        }
        if self.phase_key.is_some() && self.salt.is_none() {
            return Err("a record of a hidden phase has a salt".to_owned());
        }
        let seed = UnitSeed::derive(self.contest_seed, self.component, self.network);
        if seed != self.unit_seed {
            let (found, expected) = (self.unit_seed.0, seed.0);
            return Err(format!(
                "unit seed {found}, but contest, component and network give {expected}"
            ));
        }
        Ok(())
    }
}

/// Names are shown in one line of a table, and nobody's name needs to steer it.
pub(crate) fn check_name(what: &str, name: &str) -> Result<(), String> {
    if name.is_empty() || name.len() > NAME_MAX {
        let length = name.len();
        return Err(format!("{what} has {length} bytes, it must have 1 to {NAME_MAX}"));
    }
    if name.contains(steers) {
        let shown = Plain(name);
        return Err(format!(
            "{what} `{shown}` has characters that steer a terminal: it is no name"
        ));
    }
    Ok(())
}

fn check_class(class: &str) -> Result<(), String> {
    let form = class.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    if class.is_empty() || class.len() > NAME_MAX || !form {
        return Err(format!("{class:?} is no reason class: lower-case words joined by hyphens"));
    }
    match class {
        "value" => Err("`value` is no reason for having none".to_owned()),
        "inconclusive" => Err("an inconclusive unit is run again, not recorded".to_owned()),
        _ => Ok(()),
    }
}

fn check_text(what: &str, text: &str) -> Result<(), String> {
    if text.len() <= TEXT_MAX {
        return Ok(());
    }
    Err(format!("{what} has {} bytes, at most {TEXT_MAX} are kept", text.len()))
}

/// The salt of one record of a hidden phase, from the system's randomness.
///
/// # Errors
/// The system has none.
pub fn new_salt() -> Result<[u8; 32], RecordError> {
    Ok(*key_file::random()?)
}

/// The digest of the limits that a unit ran under, each by name and value, in the order given.
pub fn limits_digest<'a>(limits: impl IntoIterator<Item = (&'a str, u64)>) -> Digest {
    let mut digester = Digester::new("assay limits 1");
    for (name, value) in limits {
        digester.text(name).number(value);
    }
    digester.finish()
}

/// The digest of a measure's log: level and text of each message.
pub fn log_digest<'a>(lines: impl IntoIterator<Item = (&'a str, &'a str)>) -> Digest {
    let mut digester = Digester::new("assay log 1");
    for (level, text) in lines {
        digester.text(level).text(text);
    }
    digester.finish()
}
