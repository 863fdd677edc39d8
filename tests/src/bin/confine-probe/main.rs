//! A process that confines itself and then tries one thing: what native code could do that took over a
//! guest, a compiler or an engine. It ends with 0 if the thing worked, with 100 and the error's number if
//! it was refused, and by SIGSYS if the kernel ended it.
//!
//! usage: confine-probe PROFILE ACTION [PATH [DIRECTORY]], with a socket as standard input.
//! PROFILE `parent` starts another probe with the rest of its arguments, and waits.

#![allow(unsafe_code, reason = "native code has no manners")]
#![allow(clippy::unwrap_used, reason = "a program of tests may end in a panic")]

mod files;
mod itself;
mod memory;
mod others;
mod sockets;

use std::ffi::CString;
use std::fs::File;
use std::os::fd::{AsFd as _, AsRawFd as _, BorrowedFd, RawFd};
use std::path::PathBuf;
use std::time::Duration;

use assay_confine::{Profile, confine};

/// What an action may use.
struct Tools {
    path: String,
    /// The root directory, opened before and kept.
    root: File,
    /// A file opened for writing before and kept.
    kept: Option<File>,
    /// A descriptor opened before and not kept.
    left: RawFd,
}

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let action = args[2].as_str();
    if args[1] == "parent" {
        let mut child = std::process::Command::new(&args[0]).args(&args[2..]).spawn().unwrap();
        child.wait().unwrap();
        return;
    }
    let path = args.get(3).cloned().unwrap_or_default();
    let profile = profile(&args[1], action, &path, args.get(4));
    if action == "second-thread" {
        let (hold, held) = std::sync::mpsc::channel::<()>();
        let thread = std::thread::spawn(move || held.recv().ok());
        let refused = confine(&profile, &[]).is_err();
        drop(hold);
        thread.join().unwrap();
        std::process::exit(i32::from(!refused));
    }
    let left = File::open("/").unwrap();
    let kept = (action == "write-kept").then(|| File::create(&path).unwrap());
    let tools = Tools { path, root: File::open("/").unwrap(), kept, left: left.as_raw_fd() };
    let stdin = std::io::stdin();
    let mut keep: Vec<BorrowedFd<'_>> = vec![stdin.as_fd(), tools.root.as_fd()];
    keep.extend(tools.kept.as_ref().map(|file| file.as_fd()));
    let confined = confine(&profile, &keep).unwrap();
    // It is closed, and must not be closed again.
    std::mem::forget(left);
    if !confined.complete() {
        std::process::exit(99);
    }
    let code = if act(action, &tools) >= 0 {
        0
    } else {
        100 + std::io::Error::last_os_error().raw_os_error().unwrap()
    };
    // Without the standard library's farewell, which may want what is forbidden.
    unsafe { libc::_exit(code) }
}

fn profile(name: &str, action: &str, path: &str, dir: Option<&String>) -> Profile {
    let processor_max = Duration::from_secs(if action == "spin" { 1 } else { 20 });
    match name {
        "guest" => Profile::Guest { processor_max },
        "compiler" => Profile::Compiler { processor_max, memory_max: 1 << 30 },
        "engine" => Profile::Engine { read: vec![PathBuf::from(dir.map_or(path, String::as_str))] },
        "gpu" => Profile::GpuEngine,
        other => panic!("no such profile: {other}"),
    }
}

/// Does it; negative if it was refused.
fn act(action: &str, tools: &Tools) -> i64 {
    if action == "nothing" {
        return 0;
    }
    let tried = files::act(action, tools)
        .or_else(|| memory::act(action))
        .or_else(|| others::act(action))
        .or_else(|| itself::act(action, tools))
        .or_else(|| sockets::act(action));
    tried.unwrap_or_else(|| panic!("no such action: {action}"))
}

fn text(text: &str) -> CString {
    CString::new(text).unwrap()
}

/// A system call with up to three arguments.
fn call(number: libc::c_long, a: u64, b: u64, c: u64) -> i64 {
    unsafe { libc::syscall(number, a, b, c, 0_u64, 0_u64, 0_u64) }
}

fn parent() -> u64 {
    u64::from(std::os::unix::process::parent_id())
}
