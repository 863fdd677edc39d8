//! What a fuzzer said of its run, and the table of all.

use std::fmt;

/// The figures of one target's run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Figures {
    /// Inputs that were fed.
    executions: u64,
    /// Seconds that it ran.
    seconds: u64,
    /// Edges of the program that any input has reached.
    edges: u64,
    /// Inputs of the corpus at the end.
    corpus: u64,
    /// Inputs that failed.
    crashes: usize,
    /// Whether it ended as it should not.
    pub(super) failed: bool,
}

impl Figures {
    /// From what libFuzzer wrote: its last line of progress, and its statistics.
    pub(super) fn read(said: &str, crashes: usize, failed: bool) -> Self {
        let progress = said.lines().rfind(|line| line.starts_with('#') && line.contains(" cov: "));
        let progress = progress.unwrap_or_default();
        let word = |name: &str| {
            let after = progress.split_whitespace().skip_while(|word| *word != name).nth(1);
            after.and_then(leading)
        };
        let statistic = |name: &str| {
            let line = said.lines().rfind(|line| line.starts_with(name));
            line.and_then(|line| line.rsplit(' ').next()).and_then(leading)
        };
        let begun = progress.strip_prefix('#').and_then(leading);
        let executions = statistic("stat::number_of_executed_units:").or(begun).unwrap_or(0);
        let speed = statistic("stat::average_exec_per_sec:").or(word("exec/s:")).unwrap_or(0);
        let seconds = said
            .lines()
            .rfind(|line| line.starts_with("Done "))
            .and_then(|line| line.split(" in ").nth(1))
            .and_then(leading);
        Self {
            executions,
            seconds: seconds.unwrap_or_else(|| executions / speed.max(1)),
            edges: word("cov:").unwrap_or(0),
            corpus: word("corp:").unwrap_or(0),
            crashes,
            failed: failed || crashes > 0,
        }
    }

    fn per_second(&self) -> u64 {
        self.executions / self.seconds.max(1)
    }
}

/// The number that a text begins with.
fn leading(text: &str) -> Option<u64> {
    let digits = text.trim_start().split(|c: char| !c.is_ascii_digit()).next();
    digits.and_then(|digits| digits.parse().ok())
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { executions, seconds, edges, crashes, .. } = self;
        let end = if self.failed { "FAILED" } else { "ok" };
        write!(f, "{end}, {executions} executions in {seconds} s, {edges} edges, {crashes} crashes")
    }
}

/// The table, in Markdown, with its sums.
pub(super) fn table(rows: &[(String, Figures)]) -> String {
    let header = format!(
        "| {:<18} | {:>11} | {:>8} | {:>9} | {:>7} | {:>7} | {:>7} |\n",
        "target", "executions", "seconds", "per second", "edges", "corpus", "crashes"
    );
    let rule = format!("|{}|{}|\n", "-".repeat(20), ["-----------:"; 6].join("|"));
    let mut lines = header + &rule;
    let mut row = |name: &str, cells: [String; 6]| {
        let [executions, seconds, speed, edges, corpus, crashes] = cells;
        let line = format!(
            "| {name:<18} | {executions:>11} | {seconds:>8} | {speed:>10} | {edges:>7} | {corpus:>7} | \
             {crashes:>7} |\n"
        );
        lines.push_str(&line);
    };
    for (name, of) in rows {
        let crashes = match (of.crashes, of.failed) {
            (0, true) => "ended".to_owned(),
            (count, _) => count.to_string(),
        };
        let numbers = [of.executions, of.seconds, of.per_second(), of.edges, of.corpus];
        let [executions, seconds, speed, edges, corpus] = numbers.map(|number| number.to_string());
        row(name, [executions, seconds, speed, edges, corpus, crashes]);
    }
    let sum = |of: fn(&Figures) -> u64| rows.iter().map(|(_, figures)| of(figures)).sum::<u64>();
    let crashes = rows.iter().map(|(_, figures)| figures.crashes).sum::<usize>();
    let (executions, seconds) = (sum(|of| of.executions), sum(|of| of.seconds));
    let none = String::new;
    row(
        "all",
        [executions.to_string(), seconds.to_string(), none(), none(), none(), crashes.to_string()],
    );
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAID: &str = "INFO: seed corpus: files: 44\n\
        #45\tINITED cov: 400 ft: 900 corp: 40/3Kb exec/s: 0 rss: 60Mb\n\
        #8192\tpulse  cov: 1234 ft: 5678 corp: 99/7Kb lim: 4096 exec/s: 4096 rss: 70Mb\n\
        #20000\tDONE   cov: 1250 ft: 5700 corp: 101/7Kb lim: 4096 exec/s: 4000 rss: 70Mb\n\
        Done 20000 runs in 5 second(s)\n\
        stat::number_of_executed_units: 20000\n\
        stat::average_exec_per_sec:     3333\n";

    #[test]
    fn the_last_word_of_a_fuzzer_is_read() {
        let figures = Figures::read(SAID, 0, false);
        let expected = Figures {
            executions: 20_000,
            seconds: 5,
            edges: 1250,
            corpus: 101,
            crashes: 0,
            failed: false,
        };
        assert_eq!(figures, expected);
        assert_eq!(figures.to_string(), "ok, 20000 executions in 5 s, 1250 edges, 0 crashes");
    }

    #[test]
    fn a_fuzzer_that_died_is_not_ok() {
        let cut = SAID.split("#20000").next().unwrap();
        let figures = Figures::read(cut, 1, true);
        assert_eq!((figures.executions, figures.edges, figures.crashes), (8192, 1234, 1));
        assert!(figures.failed);
        assert!(Figures::read("", 0, true).failed);
        let table = table(&[
            ("entry".to_owned(), figures),
            ("score".to_owned(), Figures::read("", 0, true)),
        ]);
        assert!(table.contains("| entry ") && table.contains("ended"), "{table}");
        let widths: Vec<usize> = table.lines().map(|line| line.matches('|').count()).collect();
        assert!(widths.iter().all(|width| *width == 8), "{table}");
    }
}
