//! Interface `log`.

use crate::bindings::assay::measure::log::{Host, Level};
use crate::state::State;

impl Host for State {
    fn write(&mut self, level: Level, text: String) -> wasmtime::Result<()> {
        let level = match level {
            Level::Debug => "debug",
            Level::Info => "info",
            Level::Warning => "warning",
        };
        self.note("log.write", &text);
        // By its full name: the interface's own function is called the same.
        State::write(self, level, &text);
        Ok(())
    }
}
