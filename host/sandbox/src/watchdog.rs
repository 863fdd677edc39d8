//! The watchdog's clock: a thread that advances the engine's epoch.

use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use wasmtime::Engine;

/// Length of a tick.
const TICK: Duration = Duration::from_millis(100);

/// Ticks as long as it lives.
pub(crate) struct Watchdog {
    // Dropping the sender ends the thread.
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Watchdog {
    pub(crate) fn start(engine: &Engine) -> std::io::Result<Self> {
        let (stop, stopped) = channel::<()>();
        let engine = engine.weak();
        let thread = thread::Builder::new().name("watchdog".to_owned()).spawn(move || {
            while stopped.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
                match engine.upgrade() {
                    Some(engine) => engine.increment_epoch(),
                    None => break,
                }
            }
        })?;
        Ok(Self { stop: Some(stop), thread: Some(thread) })
    }

    /// The ticks that cover a wall time.
    pub(crate) fn ticks(wall: Duration) -> u64 {
        (wall.as_millis() / TICK.as_millis()) as u64 + 1
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // It ends at once; a panic there could only be a bug of the standard library's clock.
            let _ = thread.join();
        }
    }
}
