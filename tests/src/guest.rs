//! Guests written as text: the smallest components of the world `measure`, to be hostile with.

/// The imports that every guest here has: the types that `evaluate` is handed.
const IMPORTS: &str = r#"
    (import "assay:measure/networks@0.1.0"
        (instance $networks (export "network" (type (sub resource)))))
    (import "assay:measure/data@0.1.0"
        (instance $data (export "dataset" (type (sub resource)))))
"#;

/// A guest in the making.
#[derive(Debug, Clone)]
pub struct Guest {
    body: String,
    describe: String,
    memory: String,
    name: String,
    extra: String,
}

impl Guest {
    /// A guest whose `evaluate` runs these instructions, which leave an `f64`. The seed is the
    /// parameter `$seed`.
    pub fn new(body: &str) -> Self {
        Self {
            body: body.to_owned(),
            describe: "i32.const 64".to_owned(),
            memory: "1".to_owned(),
            name: "hostile".to_owned(),
            extra: String::new(),
        }
    }

    /// Replaces the instructions of `describe`, which leave the address of a description.
    pub fn describe(mut self, body: &str) -> Self {
        body.clone_into(&mut self.describe);
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

    /// Adds text to the component, before its module.
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
        let Self { body, describe, memory, name, extra } = self;
        let length = name.len();
        format!(
            r#"(component
    {IMPORTS}
    {extra}
    (alias export $networks "network" (type $network))
    (alias export $data "dataset" (type $dataset))
    (core func $drop-network (canon resource.drop $network))
    (core func $drop-dataset (canon resource.drop $dataset))
    (core module $module
        (import "host" "drop-network" (func $drop-network (param i32)))
        (import "host" "drop-dataset" (func $drop-dataset (param i32)))
        (memory (export "memory") {memory})
        (data (i32.const 512) "{name}")
        ;; name, version "1" (any byte of the name would do), no authors
        (data (i32.const 64) "\00\02\00\00\{length:02x}\00\00\00\00\02\00\00\01\00\00\00\00\00\00\00\00\00\00\00")
        (func $recurse (param i32) (result i32)
            (i32.add (i32.const 1) (call $recurse (i32.add (local.get 0) (i32.const 1)))))
        (func $body (param $seed i64) (result f64) {body})
        (func (export "evaluate") (param i32 i32 i64) (result i32)
            (call $drop-network (local.get 0))
            (call $drop-dataset (local.get 1))
            (f64.store (i32.const 8) (call $body (local.get 2)))
            i32.const 0)
        (func (export "describe") (result i32) {describe}))
    (core instance $instance (instantiate $module (with "host" (instance
        (export "drop-network" (func $drop-network))
        (export "drop-dataset" (func $drop-dataset))))))
    (type $description' (record
        (field "name" string) (field "version" string) (field "authors" (list string))))
    (export $description "description" (type $description'))
    (func $describe (result $description)
        (canon lift (core func $instance "describe") (memory (core memory $instance "memory"))))
    (func $evaluate
        (param "network" (borrow $network)) (param "dataset" (borrow $dataset)) (param "seed" u64)
        (result (result f64 (error string)))
        (canon lift (core func $instance "evaluate") (memory (core memory $instance "memory"))))
    (export "describe" (func $describe))
    (export "evaluate" (func $evaluate)))"#
        )
    }
}
