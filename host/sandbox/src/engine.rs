//! The only place that builds a wasmtime configuration, so that no two engines can drift apart.

use wasmtime::{Config, Engine};

/// The engine that every component is compiled for and run by.
pub(crate) fn new_engine() -> wasmtime::Result<Engine> {
    let mut config = Config::new();

    // An explicit target turns off detection of the processor: compiled code, and with it the depth
    // at which the stack overflows, is the same on every machine.
    config.target("x86_64-unknown-linux-gnu")?;

    // Meters. Fuel is deterministic; the epoch is only the watchdog's way to interrupt.
    config.consume_fuel(true);
    config.epoch_interruption(true);

    // Same bits everywhere: NaN has one form, and operations whose result may vary are absent.
    config.cranelift_nan_canonicalization(true);
    config.wasm_relaxed_simd(false);
    config.wasm_simd(true);

    // No second thread of control, in any of its forms.
    config.wasm_threads(false);
    config.shared_memory(false);
    config.wasm_shared_everything_threads(false);
    config.wasm_stack_switching(false);
    config.concurrency_support(false);
    config.wasm_component_model(true);

    // Not needed by the toolchains, and each a large surface for attacks.
    config.gc_support(false);
    config.wasm_gc(false);
    config.wasm_function_references(false);
    config.wasm_exceptions(false);
    config.wasm_memory64(false);
    config.wasm_multi_memory(false);
    config.wasm_custom_page_sizes(false);
    config.wasm_wide_arithmetic(false);
    config.wasm_tail_call(false);

    // What current compilers emit.
    config.wasm_bulk_memory(true);
    config.wasm_reference_types(true);
    config.wasm_multi_value(true);
    config.wasm_extended_const(true);

    // Memories are filled by copying, not by mapping a file: a confined process has none.
    config.memory_init_cow(false);

    // Part of the environment that a replay must reproduce.
    config.max_wasm_stack(512 * 1024);

    // Backtraces hold names that the guest chose. (Core dumps are not compiled in.)
    config.wasm_backtrace_max_frames(None);

    Engine::new(&config)
}

#[cfg(test)]
mod tests {
    #[test]
    fn code_of_one_engine_loads_in_another() {
        let hash = |engine: &wasmtime::Engine| {
            use std::hash::{DefaultHasher, Hash as _, Hasher as _};
            let mut hasher = DefaultHasher::new();
            engine.precompile_compatibility_hash().hash(&mut hasher);
            hasher.finish()
        };
        let (one, other) = (super::new_engine().unwrap(), super::new_engine().unwrap());
        assert_eq!(hash(&one), hash(&other));
    }
}
