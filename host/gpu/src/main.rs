//! The binary `assay-gpu`: the `gpu` lane's engine process. `assay run --lane gpu` starts it with a
//! socket as its standard input; a person starts it with `--probe`.
//!
//! Exit codes: 0 ok, 1 failed, 2 usage.

use std::os::fd::AsFd as _;
use std::process::ExitCode;

use assay_call::transport::inherited_socket;
use assay_confine::{Profile, confine};
use assay_engine::Lane;
use assay_gpu::{Adapter, serve_process};
use clap::Parser;

#[derive(Debug, Parser)]
#[command(name = "assay-gpu", version, about = "The gpu lane: runs calls on a graphics adapter")]
struct Args {
    /// Say which adapter would be used, and end.
    #[arg(long)]
    probe: bool,
    /// Threads for the calls that the adapter does not run; 0 takes one for each core.
    #[arg(long, default_value_t = 0)]
    threads: usize,
}

fn main() -> ExitCode {
    let args = Args::parse();
    let result = if args.probe { probe() } else { run(args.threads) };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

fn probe() -> Result<(), String> {
    let adapter = Adapter::open().map_err(|error| error.to_string())?;
    println!("{}", adapter.about());
    Ok(())
}

fn run(threads: usize) -> Result<(), String> {
    let mut stream = inherited_socket().map_err(|reason| {
        format!("{reason}\nhint: `assay run --lane gpu` starts this program; by hand, use --probe")
    })?;
    // Before the driver is loaded, which starts threads.
    confine(&Profile::GpuEngine, &[stream.as_fd()]).map_err(|error| error.to_string())?;
    let lane = Lane::new(threads).map_err(|error| error.to_string())?;
    serve_process(&mut stream, &lane).map_err(|error| error.to_string())
}
