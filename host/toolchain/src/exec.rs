//! Runs programs: to the end with their output, with a deadline, or line by line.

use std::env;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// How often a child with a deadline is looked at.
const POLL: Duration = Duration::from_millis(50);

/// What a program left behind.
pub(crate) struct Finished {
    /// True when it exited by itself with status 0.
    pub(crate) success: bool,
    /// Standard output and standard error, one after the other.
    pub(crate) output: String,
}

/// Runs `command` with no input, and kills it when `limit` has passed.
pub(crate) fn run_limited(command: &mut Command, limit: Duration) -> io::Result<Finished> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn()?;
    let stdout = drain(child.stdout.take());
    let stderr = drain(child.stderr.take());
    let status = wait_limited(&mut child, limit)?;
    let mut output = stdout.join().unwrap_or_default();
    output.push_str(&stderr.join().unwrap_or_default());
    if status.is_none() {
        output.push_str("\n(stopped: it did not end in time)");
    }
    Ok(Finished { success: status.is_some_and(|status| status.success()), output })
}

/// The standard output of a program that answers a question, or nothing if it fails.
pub(crate) fn ask(program: &Path, args: &[&str]) -> Option<String> {
    let output = Command::new(program).args(args).stdin(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Runs `command`; hands each line of standard error to `on_line` as it comes, and returns the exit
/// status with the whole standard output and standard error.
pub(crate) fn run_streaming(
    command: &mut Command,
    on_line: &mut dyn FnMut(&str),
) -> io::Result<(ExitStatus, String, String)> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn()?;
    let stdout = drain(child.stdout.take());
    let mut errors = String::new();
    if let Some(stderr) = child.stderr.take() {
        let mut reader = BufReader::new(stderr);
        let mut line = Vec::new();
        while reader.read_until(b'\n', &mut line)? > 0 {
            let text = String::from_utf8_lossy(&line);
            on_line(text.trim_end());
            errors.push_str(&text);
            line.clear();
        }
    }
    let status = child.wait()?;
    Ok((status, stdout.join().unwrap_or_default(), errors))
}

/// The first file called `name` in the directories of `PATH`.
pub(crate) fn on_path(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|dir| dir.join(name)).find(|file| file.is_file())
}

/// Reads a pipe to its end on a thread of its own, so that a full pipe never stops the child.
fn drain<R: Read + Send + 'static>(pipe: Option<R>) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            // A broken pipe ends the output early; what came until then is still worth showing.
            let _ = pipe.read_to_end(&mut bytes);
        }
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// Waits for a child process; `None` when the limit passed and it was killed.
///
/// # Errors
/// The system cannot say what became of it.
pub fn wait_limited(child: &mut Child, limit: Duration) -> io::Result<Option<ExitStatus>> {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if start.elapsed() >= limit {
            // The child may have ended between the two looks; then there is nothing left to kill.
            let _ = child.kill();
            child.wait()?;
            return Ok(None);
        }
        thread::sleep(POLL);
    }
}
