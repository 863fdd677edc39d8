//! Guests written as text: the smallest components of the world `measure`, to be hostile with.

/// The component around a test's lines. What those may use is in it.
const TEXT: &str = include_str!("guest.wat");

/// What a guest does that was told nothing: gives out memory, describes itself.
const REALLOC: &str = "(call $next (local.get $align) (local.get $size))";
const DESCRIBE: &str = "i32.const 64";

/// A guest in the making.
#[derive(Debug, Clone)]
pub struct Guest {
    body: String,
    functions: String,
    describe: String,
    realloc: String,
    memory: String,
    name: String,
    extra: String,
}

impl Guest {
    /// A guest whose `evaluate` runs these instructions, which leave an `f64`. The seed is the
    /// parameter `$seed`; the handles are the globals `$network` and `$dataset`. The host's functions
    /// are there under their short names (`$full`), with what `guest.wat` makes of them.
    pub fn new(body: &str) -> Self {
        Self {
            body: body.to_owned(),
            functions: String::new(),
            describe: DESCRIBE.to_owned(),
            realloc: REALLOC.to_owned(),
            memory: "1".to_owned(),
            name: "hostile".to_owned(),
            extra: String::new(),
        }
    }

    /// Adds functions, data or a start function to the guest's module.
    pub fn functions(mut self, text: &str) -> Self {
        text.clone_into(&mut self.functions);
        self
    }

    /// Replaces the instructions of `describe`, which leave the address of a description.
    pub fn describe(mut self, body: &str) -> Self {
        body.clone_into(&mut self.describe);
        self
    }

    /// Replaces the instructions of `realloc`, which leave the address of `$size` bytes.
    pub fn realloc(mut self, body: &str) -> Self {
        body.clone_into(&mut self.realloc);
        self
    }

    /// Replaces the size of the memory, in pages.
    pub fn memory(mut self, pages: &str) -> Self {
        pages.clone_into(&mut self.memory);
        self
    }

    /// Replaces the name that `describe` gives.
    pub fn name(mut self, name: &str) -> Self {
        name.clone_into(&mut self.name);
        self
    }

    /// Adds text to the component, before its modules.
    pub fn extra(mut self, text: &str) -> Self {
        text.clone_into(&mut self.extra);
        self
    }

    /// The component's bytes.
    ///
    /// # Panics
    ///
    /// If the text is wrong.
    pub fn bytes(&self) -> Vec<u8> {
        wat::parse_str(self.text()).unwrap_or_else(|error| panic!("{error}"))
    }

    fn text(&self) -> String {
        let Self { body, functions, describe, realloc, memory, name, extra } = self;
        let length = format!("{:02x}", name.len());
        [
            ("(;body;)", body),
            ("(;functions;)", functions),
            ("(;describe;)", describe),
            ("(;realloc;)", realloc),
            ("(;memory;)", memory),
            ("(;name;)", name),
            ("(;length;)", &length),
            ("(;extra;)", extra),
        ]
        .into_iter()
        .fold(TEXT.to_owned(), |text, (place, lines)| text.replace(place, lines))
    }
}
