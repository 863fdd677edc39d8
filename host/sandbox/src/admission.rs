//! Admission: may these bytes run at all? Every reason is listed, not only the first.

use std::borrow::Cow;

use assay_call::Stop;
use assay_ids::{Digest, UnitSeed, printable};
use serde::{Deserialize, Serialize};
use wasmtime::Engine;
use wasmtime::component::Component;
use wasmtime::component::types::ComponentItem;

use crate::nesting::{NESTING_MAX, nested_too_deep};
use crate::run::classify;
use crate::wasi::{Offered, offered};
use crate::{Measure, NoHost, Sandbox, SandboxLimits, is_wasi};

/// The interfaces of ours that a component may import; those of WASI are listed in `wasi.rs`.
const ALLOWED: [&str; 7] = [
    "assay:measure/types@0.1.0",
    "assay:measure/tensors@0.1.0",
    "assay:measure/networks@0.1.0",
    "assay:measure/data@0.1.0",
    "assay:measure/images@0.1.0",
    "assay:measure/budget@0.1.0",
    "assay:measure/log@0.1.0",
];

/// What WASI's random numbers are drawn from while nothing is evaluated.
const DESCRIBE_SEED: UnitSeed = UnitSeed(0);

/// What a measure says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Description {
    /// Short name: lower case letters, digits and hyphens.
    pub name: String,
    /// Version.
    pub version: String,
    /// Authors.
    pub authors: Vec<String>,
}

/// A component that may run.
pub struct Admitted {
    /// What runs.
    pub measure: Measure,
    /// Digest of the component's bytes.
    pub digest: Digest,
    /// Size in bytes.
    pub size: usize,
    /// Interfaces that it imports, in its order.
    pub imports: Vec<String>,
    /// What it says of itself.
    pub description: Description,
}

/// Which kind of reason; the reason classes of JSON and pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum RefusalClass {
    /// No valid component, or not of the world `measure`.
    InvalidComponent,
    /// It imports what the host does not offer.
    ImportNotAllowed,
    /// Too many bytes.
    TooLarge,
    /// `describe` failed or says something that cannot be used.
    BadDescription,
}

const DESCRIPTION_HINT: &str = "a version of 32 bytes, 16 authors of 128 bytes each";

/// Most authors of a measure.
const AUTHORS_MAX: usize = 16;

/// Most bytes of a reason; those of this room have about half.
const SHOWN_BYTES_MAX: usize = 1000;

const NO_WASI_HINT: &str = "build for wasm32-unknown-unknown, as `assay build` does, or have the toolchain replace WASI by stubs (componentize-py: --stub-wasi)";
const PART_HINT: &str = "of WASI there are cli, clocks, filesystem, io and random; leave out what needs more (sockets, HTTP), or build without WASI: with `assay build`, or with stubs in its place (componentize-py: --stub-wasi)";
const COMPOSED_HINT: &str = "hand in one component, not several composed into one";
const COMPONENT_HINT: &str = "build it with `assay build`, or check it with a component validator";

impl RefusalClass {
    /// The class's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::InvalidComponent => "invalid-component",
            Self::ImportNotAllowed => "import-not-allowed",
            Self::TooLarge => "too-large",
            Self::BadDescription => "bad-description",
        }
    }
}

/// One reason against a component.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// Which kind.
    pub class: RefusalClass,
    /// What exactly.
    pub message: String,
    /// What to do about it.
    pub hint: Cow<'static, str>,
}

impl Refusal {
    fn new(class: RefusalClass, message: impl Into<String>, hint: &'static str) -> Self {
        Self { class, message: message.into(), hint: Cow::Borrowed(hint) }
    }

    /// Everything that speaks against what a component imports, under these limits.
    pub fn of_imports(imports: &[String], limits: &SandboxLimits) -> Vec<Self> {
        imports.iter().filter_map(|import| Self::of_import(import, limits)).collect()
    }

    fn of_import(import: &str, limits: &SandboxLimits) -> Option<Self> {
        let (why, hint) = if ALLOWED.contains(&import) {
            return None;
        } else if !is_wasi(import) {
            ("that is not offered", "only assay:measure@0.1.0 and a part of WASI 0.2 are")
        } else if !limits.wasi {
            ("WASI is forbidden here", NO_WASI_HINT)
        } else {
            match offered(import) {
                Offered::Yes => return None,
                Offered::OtherVersion => {
                    ("that is not offered in this version", "build it for WASI 0.2, in a release")
                }
                Offered::No => ("that is not offered", PART_HINT),
            }
        };
        let message = format!("it imports `{}`: {why}", printable(import, 200));
        Some(Self::new(RefusalClass::ImportNotAllowed, message, hint))
    }

    /// The same as it may be shown, where it came from another process.
    #[must_use]
    pub fn shown(self) -> Self {
        Self {
            class: self.class,
            message: printable(&self.message, SHOWN_BYTES_MAX),
            hint: Cow::Owned(printable(&self.hint, SHOWN_BYTES_MAX)),
        }
    }

    /// Against a component on which a compiler within its limits gave up.
    pub fn uncompilable(why: &str) -> Self {
        let message = format!("it cannot be compiled within the limits: {}", printable(why, 200));
        let hint = "make it smaller; a function of more than some 100,000 instructions is unusual";
        Self::new(RefusalClass::InvalidComponent, message, hint)
    }
}

impl Sandbox {
    /// Admits a component, or says everything that speaks against it.
    pub fn admit(&self, bytes: &[u8]) -> Result<Admitted, Vec<Refusal>> {
        let (component, imports) = self.component(bytes)?;
        let measure = self.fit(&component).map_err(|refusal| vec![refusal])?;
        let description = self.describe(&measure).map_err(|refusal| vec![refusal])?;
        let (digest, size) = (Digest::of(bytes), bytes.len());
        Ok(Admitted { measure, digest, size, imports, description })
    }

    /// All of [`Sandbox::admit`] that runs nothing of the component: gives the names of what it
    /// imports, and its compiled code for [`Sandbox::load`].
    pub fn compile(&self, bytes: &[u8]) -> Result<(Vec<String>, Vec<u8>), Vec<Refusal>> {
        let (component, imports) = self.component(bytes)?;
        self.fit(&component).map_err(|refusal| vec![refusal])?;
        let code = component.serialize().map_err(|error| {
            let message = format!("its code cannot be kept: {}", chain(&error));
            vec![Refusal::new(RefusalClass::InvalidComponent, message, COMPONENT_HINT)]
        })?;
        Ok((imports, code))
    }

    /// Compiles a component whose form and interface are right.
    fn component(&self, bytes: &[u8]) -> Result<(Component, Vec<String>), Vec<Refusal>> {
        self.check_form(bytes).map_err(|refusal| vec![refusal])?;
        let invalid =
            |message, hint| vec![Refusal::new(RefusalClass::InvalidComponent, message, hint)];
        // wasmtime panics where components inside of this one hand memory to each other, since that
        // takes a feature of WebAssembly which is switched off.
        let compile = || Component::from_binary(&self.engine, bytes);
        let component = std::panic::catch_unwind(std::panic::AssertUnwindSafe(compile))
            .map_err(|_| invalid("it cannot be compiled".to_owned(), COMPOSED_HINT))?
            .map_err(|error| {
                invalid(format!("not a valid component: {}", chain(&error)), COMPONENT_HINT)
            })?;
        let imports = import_names(&component, &self.engine);
        let reasons = self.check_interface(&component, &imports);
        if reasons.is_empty() { Ok((component, imports)) } else { Err(reasons) }
    }

    /// Links a component to the host's functions.
    fn fit(&self, component: &Component) -> Result<Measure, Refusal> {
        self.link(component).map_err(|error| {
            let message = format!("it does not fit the world `measure`: {}", chain(&error));
            let hint = "the SDK and the host must speak the same version of assay:measure, and of WASI 0.2 nothing later than 0.2.12 may be used";
            Refusal::new(RefusalClass::InvalidComponent, message, hint)
        })
    }

    /// What can be told from the first bytes and the size.
    fn check_form(&self, bytes: &[u8]) -> Result<(), Refusal> {
        let max = self.limits.component_bytes_max;
        if bytes.len() > max {
            let message = format!("{} bytes, at most {max} are admitted", bytes.len());
            let hint = "build in release mode and strip debug information";
            return Err(Refusal::new(RefusalClass::TooLarge, message, hint));
        }
        let invalid =
            |message: &str, hint| Err(Refusal::new(RefusalClass::InvalidComponent, message, hint));
        if Engine::detect_precompiled(bytes).is_some() {
            let hint = "hand in the component itself; the host compiles it";
            return invalid("this is precompiled code, which is never accepted", hint);
        }
        match bytes.get(..8) {
            Some([0, b'a', b's', b'm', _, _, 1, 0]) if nested_too_deep(bytes) => {
                let message =
                    format!("components or modules lie in each other over {NESTING_MAX} deep");
                invalid(&message, COMPONENT_HINT)
            }
            Some([0, b'a', b's', b'm', _, _, 1, 0]) => Ok(()),
            Some([0, b'a', b's', b'm', 1, 0, 0, 0]) => {
                let hint = "`assay build` makes a component from a module";
                invalid("this is a core module, not a component", hint)
            }
            Some([0, b'a', b's', b'm', ..]) => {
                let hint = "build it with a current toolchain";
                invalid("this is WebAssembly of an unknown version", hint)
            }
            _ => invalid(
                "this is not a WebAssembly binary",
                "hand in the .wasm file that `assay build` writes",
            ),
        }
    }

    fn check_interface(&self, component: &Component, imports: &[String]) -> Vec<Refusal> {
        let mut reasons = Refusal::of_imports(imports, &self.limits);
        let ty = component.component_type();
        for export in ["describe", "evaluate"] {
            if ty.get_export(&self.engine, export).is_none() {
                let message = format!("it does not export `{export}`");
                let hint = "use the SDK's export_measure! macro";
                reasons.push(Refusal::new(RefusalClass::InvalidComponent, message, hint));
            }
        }
        reasons
    }

    /// Runs `describe` with nothing handed in.
    pub fn describe(&self, measure: &Measure) -> Result<Description, Refusal> {
        let bad = |message: String, hint| Refusal::new(RefusalClass::BadDescription, message, hint);
        let hint = "describe() must return constants and call nothing of the host but log";
        let mut store = self
            .store(Box::new(NoHost), self.limits.describe_fuel_max, DESCRIBE_SEED)
            .map_err(|error| bad(format!("describe could not run: {error}"), hint))?;
        let called = measure
            .0
            .instantiate(&mut store)
            .and_then(|instance| instance.call_describe(&mut store));
        let found = called.map_err(|error| {
            let why = match &store.data().stop {
                // A host that is not there refuses every call.
                Some(Stop::Handle { call }) => format!("it called {call}"),
                _ => classify(store.data(), &error).explain(),
            };
            bad(format!("describe failed: {why}"), hint)
        })?;
        let (name, version, authors) = (found.name, found.version, found.authors);
        if version.len() > 32 || authors.iter().any(|author| author.len() > 128) {
            return Err(bad("version or authors are too long".to_owned(), DESCRIPTION_HINT));
        }
        Description { name, version, authors }.shown()
    }
}

impl Description {
    /// The description as it may be shown, where it came from elsewhere: what [`Sandbox::describe`] gave
    /// stays as it is.
    ///
    /// # Errors
    /// The name cannot be one, or there are too many authors.
    pub fn shown(self) -> Result<Self, Refusal> {
        let bad = |message: String, hint| Refusal::new(RefusalClass::BadDescription, message, hint);
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if !(1..=64).contains(&self.name.len()) || !self.name.bytes().all(plain) {
            let message = format!("the name `{}` cannot be used", printable(&self.name, 64));
            return Err(bad(message, "1 to 64 lower-case letters, digits and hyphens"));
        }
        if self.authors.len() > AUTHORS_MAX {
            return Err(bad(format!("{} authors", self.authors.len()), DESCRIPTION_HINT));
        }
        Ok(Self {
            name: self.name,
            version: printable(&self.version, 64),
            authors: self.authors.iter().map(|author| printable(author, 256)).collect(),
        })
    }
}

/// The interfaces and functions that a component imports. Types imported by the world itself are
/// left out: they name a type of an imported interface, and linking checks that they do.
fn import_names(component: &Component, engine: &Engine) -> Vec<String> {
    let is_type =
        |item: &ComponentItem| matches!(item, ComponentItem::Type(_) | ComponentItem::Resource(_));
    let ty = component.component_type();
    let imports = ty.imports(engine).filter(|(_, item)| !is_type(&item.ty));
    imports.map(|(name, _)| name.to_owned()).collect()
}

/// An error with its causes, on one line.
fn chain(error: &wasmtime::Error) -> String {
    let causes: Vec<String> = error.chain().map(ToString::to_string).collect();
    printable(&causes.join(": "), 500)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_another_process_says_is_made_fit_to_be_shown() {
        let description = |name: &str, version: &str, authors: usize| Description {
            name: name.to_owned(),
            version: version.to_owned(),
            authors: vec!["\u{7}".repeat(1000); authors],
        };
        for name in ["", "Name", "a/b", "\u{1b}[2J"] {
            assert!(description(name, "1", 1).shown().is_err(), "{name:?}");
        }
        assert!(description("name", "1", AUTHORS_MAX + 1).shown().is_err());
        let shown = description("name", &"\n".repeat(1000), 1).shown().unwrap();
        let fit = |text: &String| text.len() <= 256 && !text.contains(assay_ids::steers);
        assert!(fit(&shown.version) && shown.authors.iter().all(fit));
        assert_eq!(shown.clone().shown(), Ok(shown));
        let refusal = Refusal::uncompilable("x");
        assert_eq!(refusal.clone().shown(), refusal);
        let refusal = Refusal { message: "\u{1b}".repeat(10_000), ..refusal }.shown();
        assert!(refusal.message.len() <= SHOWN_BYTES_MAX && !refusal.message.contains('\u{1b}'));
    }
}
