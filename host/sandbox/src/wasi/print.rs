//! Standard streams and `exit`: what a component prints goes to its log, line by line; its input is
//! closed; ending itself is a trap.

use wasmtime::bail;
use wasmtime::component::Resource;
use wasmtime_wasi::p2::bindings::cli::{exit, stderr, stdin, stdout};
use wasmtime_wasi::p2::bindings::sync::io::streams;
use wasmtime_wasi::p2::{DynInputStream, DynOutputStream, DynPollable, StreamError, StreamResult};

use crate::Level;
use crate::state::State;

/// Bytes that a stream takes in one call: what `check-write` permits, and what the specification of
/// `blocking-write-and-flush` allows. The fuel of a call so pays for what it moves.
const WRITE_MAX: u64 = 4096;

/// The standard input: closed from the beginning.
struct Input;

/// Which of the two streams a handle is of. All handles of one share its line.
#[derive(Debug, Clone, Copy)]
enum Output {
    Stdout,
    Stderr,
}

/// A line in the making: as much of it as the log would show.
#[derive(Debug, Default)]
pub(super) struct Line {
    bytes: Vec<u8>,
    begun: bool,
}

impl Line {
    /// Adds to the line; what is over `max` is dropped.
    fn add(&mut self, bytes: &[u8], max: usize) {
        let room = max.saturating_sub(self.bytes.len()).min(bytes.len());
        self.bytes.extend_from_slice(&bytes[..room]);
        self.begun |= !bytes.is_empty();
    }

    /// The line's text, if there is a line; the next begins.
    fn take(&mut self) -> Option<String> {
        let begun = std::mem::take(&mut self.begun);
        let bytes = std::mem::take(&mut self.bytes);
        let bytes = bytes.strip_suffix(b"\n").unwrap_or(&bytes);
        let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
        begun.then(|| String::from_utf8_lossy(bytes).into_owned())
    }
}

impl State {
    /// Takes bytes that were printed.
    fn print(&mut self, output: Output, bytes: &[u8]) {
        // What a full log would not show is not looked at.
        if self.log_is_full() {
            return;
        }
        // Room for the end of a character that the log will cut, and for the line's own end.
        let max = self.limits.text_bytes_max + 6;
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.line(output).add(piece, max);
            if piece.ends_with(b"\n") {
                self.end_line(output);
            }
        }
    }

    fn line(&mut self, output: Output) -> &mut Line {
        match output {
            Output::Stdout => &mut self.wasi.stdout,
            Output::Stderr => &mut self.wasi.stderr,
        }
    }

    fn end_line(&mut self, output: Output) {
        let Some(text) = self.line(output).take() else { return };
        let (level, name) = match output {
            Output::Stdout => (Level::Info, "wasi.stdout"),
            Output::Stderr => (Level::Warning, "wasi.stderr"),
        };
        // Only what is kept is noted, so notes are as bounded as the log is.
        if self.write(level, &text) {
            self.note(name, &text);
        }
    }

    /// What stands on unfinished lines is printed too, once the component has ended.
    pub(crate) fn end_lines(&mut self) {
        for output in [Output::Stdout, Output::Stderr] {
            self.end_line(output);
        }
    }

    fn output(&self, stream: &Resource<DynOutputStream>) -> wasmtime::Result<Output> {
        Ok(*self.table.get(&Resource::<Output>::new_borrow(stream.rep()))?)
    }

    fn write_to(&mut self, stream: &Resource<DynOutputStream>, bytes: &[u8]) -> StreamResult<()> {
        let output = self.output(stream).map_err(StreamError::Trap)?;
        permit(bytes.len() as u64)?;
        self.print(output, bytes);
        Ok(())
    }

    fn write_zeroes_to(
        &mut self,
        stream: &Resource<DynOutputStream>,
        length: u64,
    ) -> StreamResult<()> {
        permit(length)?;
        self.write_to(stream, &vec![0; length as usize])
    }
}

/// More than a stream takes is a trap, as the specification wants it.
fn permit(length: u64) -> StreamResult<()> {
    if length <= WRITE_MAX {
        return Ok(());
    }
    let message = format!("{length} bytes were written to a stream that takes {WRITE_MAX}");
    Err(StreamError::Trap(wasmtime::Error::msg(message)))
}

impl stdin::Host for State {
    fn get_stdin(&mut self) -> wasmtime::Result<Resource<DynInputStream>> {
        Ok(Resource::new_own(self.table.push(Input)?.rep()))
    }
}

impl stdout::Host for State {
    fn get_stdout(&mut self) -> wasmtime::Result<Resource<DynOutputStream>> {
        Ok(Resource::new_own(self.table.push(Output::Stdout)?.rep()))
    }
}

impl stderr::Host for State {
    fn get_stderr(&mut self) -> wasmtime::Result<Resource<DynOutputStream>> {
        Ok(Resource::new_own(self.table.push(Output::Stderr)?.rep()))
    }
}

impl exit::Host for State {
    fn exit(&mut self, status: Result<(), ()>) -> wasmtime::Result<()> {
        self.exit_with_code(u8::from(status.is_err()))
    }

    fn exit_with_code(&mut self, status: u8) -> wasmtime::Result<()> {
        bail!("it exited with status {status}; a measure returns its value instead")
    }
}

impl streams::Host for State {
    fn convert_stream_error(
        &mut self,
        error: StreamError,
    ) -> wasmtime::Result<streams::StreamError> {
        match error {
            StreamError::Closed => Ok(streams::StreamError::Closed),
            StreamError::LastOperationFailed(error) | StreamError::Trap(error) => Err(error),
        }
    }
}

impl streams::HostInputStream for State {
    fn read(&mut self, _: Resource<DynInputStream>, _length: u64) -> StreamResult<Vec<u8>> {
        Err(StreamError::Closed)
    }

    fn blocking_read(
        &mut self,
        _: Resource<DynInputStream>,
        _length: u64,
    ) -> StreamResult<Vec<u8>> {
        Err(StreamError::Closed)
    }

    fn skip(&mut self, _: Resource<DynInputStream>, _length: u64) -> StreamResult<u64> {
        Err(StreamError::Closed)
    }

    fn blocking_skip(&mut self, _: Resource<DynInputStream>, _length: u64) -> StreamResult<u64> {
        Err(StreamError::Closed)
    }

    fn subscribe(
        &mut self,
        _: Resource<DynInputStream>,
    ) -> wasmtime::Result<Resource<DynPollable>> {
        self.ready()
    }

    fn drop(&mut self, stream: Resource<DynInputStream>) -> wasmtime::Result<()> {
        self.table.delete(Resource::<Input>::new_own(stream.rep()))?;
        Ok(())
    }
}

impl streams::HostOutputStream for State {
    fn check_write(&mut self, _: Resource<DynOutputStream>) -> StreamResult<u64> {
        Ok(WRITE_MAX)
    }

    fn write(&mut self, stream: Resource<DynOutputStream>, bytes: Vec<u8>) -> StreamResult<()> {
        self.write_to(&stream, &bytes)
    }

    fn blocking_write_and_flush(
        &mut self,
        stream: Resource<DynOutputStream>,
        bytes: Vec<u8>,
    ) -> StreamResult<()> {
        self.write_to(&stream, &bytes)
    }

    /// Nothing to do: a line reaches the log when it ends.
    fn flush(&mut self, _: Resource<DynOutputStream>) -> StreamResult<()> {
        Ok(())
    }

    fn blocking_flush(&mut self, _: Resource<DynOutputStream>) -> StreamResult<()> {
        Ok(())
    }

    fn subscribe(
        &mut self,
        _: Resource<DynOutputStream>,
    ) -> wasmtime::Result<Resource<DynPollable>> {
        self.ready()
    }

    fn write_zeroes(&mut self, stream: Resource<DynOutputStream>, length: u64) -> StreamResult<()> {
        self.write_zeroes_to(&stream, length)
    }

    fn blocking_write_zeroes_and_flush(
        &mut self,
        stream: Resource<DynOutputStream>,
        length: u64,
    ) -> StreamResult<()> {
        self.write_zeroes_to(&stream, length)
    }

    /// There is but one input, and it is closed.
    fn splice(
        &mut self,
        _: Resource<DynOutputStream>,
        _: Resource<DynInputStream>,
        _length: u64,
    ) -> StreamResult<u64> {
        Err(StreamError::Closed)
    }

    fn blocking_splice(
        &mut self,
        _: Resource<DynOutputStream>,
        _: Resource<DynInputStream>,
        _length: u64,
    ) -> StreamResult<u64> {
        Err(StreamError::Closed)
    }

    fn drop(&mut self, stream: Resource<DynOutputStream>) -> wasmtime::Result<()> {
        self.table.delete(Resource::<Output>::new_own(stream.rep()))?;
        Ok(())
    }
}
