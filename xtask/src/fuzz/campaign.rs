//! Running the fuzzers: some at a time, each until its share is done.

use std::collections::VecDeque;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result, bail};

use super::figures::{Figures, table};
use super::{TRIPLE, Target};

/// Seconds after which one input counts as a hang.
const HANG_SECONDS: u64 = 60;
/// Mebibytes that a fuzzer's process may hold, the sanitizer's own among them.
const MEMORY_MIB: u64 = 4096;

/// How much is done.
#[derive(Debug, Clone, Copy)]
pub(super) enum Effort {
    /// So many executions in all.
    Executions(u64),
    /// So many seconds in all.
    Seconds(u64),
}

/// Targets, and how they are run.
pub(super) struct Campaign {
    /// Where everything lies.
    pub(super) dir: PathBuf,
    pub(super) targets: Vec<Target>,
    pub(super) effort: Effort,
    /// Fuzzers at a time.
    pub(super) jobs: usize,
}

/// How one target's part ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Share {
    Executions(u64),
    Seconds(u64),
}

impl Campaign {
    /// Runs all targets, shows what came of it, and fails if an input did.
    pub(super) fn run(&self) -> Result<()> {
        let queue: Mutex<VecDeque<&Target>> = Mutex::new(self.targets.iter().collect());
        let done = Mutex::new(Vec::new());
        let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        std::thread::scope(|scope| {
            for _ in 0..self.jobs.min(self.targets.len()) {
                scope.spawn(|| {
                    while let Some(target) = next() {
                        let figures = self.fuzz(target);
                        done.lock().unwrap_or_else(PoisonError::into_inner).push((target, figures));
                    }
                });
            }
        });
        let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
        let place = |target: &Target| self.targets.iter().position(|listed| listed == target);
        done.sort_by_key(|(target, _)| place(target));
        let mut rows = Vec::new();
        for (target, figures) in done {
            rows.push((target.name.clone(), figures?));
        }
        print!("{}", table(&rows));
        let failed: Vec<&str> = rows
            .iter()
            .filter(|(_, figures)| figures.failed)
            .map(|(name, _)| name.as_str())
            .collect();
        if failed.is_empty() {
            return Ok(());
        }
        let example = failed[0];
        bail!(
            "inputs failed of: {}\nthey lie in {}; what was said of them, in {}\n\
             to see one again: {} FILE",
            failed.join(", "),
            self.dir.join("artifacts").display(),
            self.dir.join("logs").display(),
            self.binary(example).display()
        )
    }

    fn binary(&self, target: &str) -> PathBuf {
        self.dir.join("build").join(TRIPLE).join("release").join(target)
    }

    fn share(&self, target: &Target) -> Share {
        match self.effort {
            Effort::Executions(all) => {
                let weights: u64 = self.targets.iter().map(|target| target.weight).sum();
                // Rounded up: so many are promised in all.
                let part = u128::from(all) * u128::from(target.weight);
                let part = part.div_ceil(u128::from(weights.max(1)));
                Share::Executions(u64::try_from(part).unwrap_or(u64::MAX).max(1))
            }
            Effort::Seconds(all) => {
                let at_once = self.jobs.min(self.targets.len()) as u64;
                Share::Seconds((all * at_once / self.targets.len().max(1) as u64).max(1))
            }
        }
    }

    fn fuzz(&self, target: &Target) -> Result<Figures> {
        let share = self.share(target);
        eprintln!("== {}: {} seeds, {share:?}", target.name, target.seeds);
        let artifacts = self.dir.join("artifacts").join(&target.name);
        let before = files(&artifacts)?;
        let log = self.dir.join("logs").join(format!("{}.log", target.name));
        for dir in [Some(artifacts.as_path()), log.parent()].into_iter().flatten() {
            fs::create_dir_all(dir).with_context(|| format!("cannot create {}", dir.display()))?;
        }
        let said = File::create(&log).with_context(|| format!("cannot write {}", log.display()))?;
        let mut command = self.command(target, share, &artifacts);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(said);
        let status = command
            .status()
            .with_context(|| format!("cannot start {}", self.binary(&target.name).display()))?;
        let said = fs::read(&log).with_context(|| format!("cannot read {}", log.display()))?;
        let new = files(&artifacts)?.saturating_sub(before);
        let figures = Figures::read(&String::from_utf8_lossy(&said), new, !status.success());
        eprintln!("== {}: {figures}", target.name);
        Ok(figures)
    }

    fn command(&self, target: &Target, share: Share, artifacts: &Path) -> Command {
        let mut command = Command::new(self.binary(&target.name));
        command.arg(self.dir.join("corpus").join(&target.name));
        command.arg(match share {
            Share::Executions(executions) => format!("-runs={executions}"),
            Share::Seconds(seconds) => format!("-max_total_time={seconds}"),
        });
        command.arg(format!("-artifact_prefix={}/", artifacts.display()));
        command.arg(format!("-max_len={}", target.length_max));
        command.arg(format!("-timeout={HANG_SECONDS}"));
        command.arg(format!("-rss_limit_mb={MEMORY_MIB}"));
        if target.dictionary {
            let words = self.dir.join("dictionaries").join(format!("{}.txt", target.name));
            command.arg(format!("-dict={}", words.display()));
        }
        // What is never freed is no defect here: threads and tables that live as long as the process.
        command.args(["-print_final_stats=1", "-detect_leaks=0"]);
        // The sanitizer's own check of where globals lie is wrong about Rust's; the sandbox takes signals
        // that are its own, and hands on the others.
        command.env("ASAN_OPTIONS", "detect_odr_violation=0:allow_user_segv_handler=1");
        // What runs beside are other fuzzers.
        command.env("RAYON_NUM_THREADS", "1");
        command
    }
}

/// Number of files in a directory; none if it is not there.
fn files(dir: &Path) -> Result<usize> {
    if !dir.is_dir() {
        return Ok(0);
    }
    let entries = fs::read_dir(dir).with_context(|| format!("cannot list {}", dir.display()))?;
    Ok(entries.count())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn campaign(weights: &[u64], effort: Effort) -> Campaign {
        let target = |(at, weight): (usize, &u64)| Target {
            name: format!("target_{at}"),
            weight: *weight,
            length_max: 64,
            dictionary: at == 0,
            seeds: 1,
        };
        let targets = weights.iter().enumerate().map(target).collect();
        Campaign { dir: PathBuf::from("fuzz"), targets, effort, jobs: 2 }
    }

    fn shares(campaign: &Campaign) -> Vec<Share> {
        campaign.targets.iter().map(|target| campaign.share(target)).collect()
    }

    #[test]
    fn executions_are_shared_by_weight_and_all_are_made() {
        let shared = shares(&campaign(&[1, 100, 200], Effort::Executions(1000)));
        assert_eq!(shared, [4, 333, 665].map(Share::Executions));
        let shared = shares(&campaign(&[1, 1000], Effort::Executions(1)));
        assert_eq!(shared, [Share::Executions(1); 2], "every target runs");
    }

    #[test]
    fn time_is_shared_equally_and_jobs_run_beside_each_other() {
        let shared = shares(&campaign(&[1, 100, 200, 5], Effort::Seconds(600)));
        assert_eq!(shared, [Share::Seconds(300); 4]);
        assert_eq!(shares(&campaign(&[7], Effort::Seconds(60))), [Share::Seconds(60)]);
    }

    #[test]
    fn a_fuzzer_is_told_its_limits() {
        let campaign = campaign(&[1, 1], Effort::Executions(10));
        let words = |at: usize| {
            let command =
                campaign.command(&campaign.targets[at], Share::Executions(5), Path::new("a"));
            command.get_args().map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>()
        };
        assert_eq!(words(0)[0], "fuzz/corpus/target_0");
        for word in ["-runs=5", "-artifact_prefix=a/", "-max_len=64"] {
            assert!(words(0).iter().any(|found| found == word), "{word}: {:?}", words(0));
        }
        assert!(words(0).iter().any(|word| word.starts_with("-dict=")));
        assert!(!words(1).iter().any(|word| word.starts_with("-dict=")));
    }
}
