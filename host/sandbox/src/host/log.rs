//! Interface `log`.

use crate::Level;
use crate::bindings::assay::measure::log::{Host, Level as Given};
use crate::state::State;

impl Host for State {
    fn write(&mut self, level: Given, text: String) -> wasmtime::Result<()> {
        let level = match level {
            Given::Debug => Level::Debug,
            Given::Info => Level::Info,
            Given::Warning => Level::Warning,
        };
        self.note("log.write", &text);
        // By its full name: the interface's own function is called the same.
        let _kept = State::write(self, level, &text);
        Ok(())
    }
}
