//! A page of documentation as something to carry out: the files that it has its reader write, the
//! commands that it has them type, and what it shows of their output.
//!
//! * A fence whose first line names a file after the language (`rust my-measure/src/lib.rs`) is that file.
//! * A fence of `console` holds commands after `$ `, each with the output that it shows. A line `...` in
//!   it stands for any number of lines. `console needs=NAME` is carried out where NAME is at hand.
//! * A comment `# exit code N` behind a command says how it ends; otherwise it ends with 0.
//!
//! Shown output is compared word by word. What a compiler decides may differ: fuel and sizes of files by
//! a factor of 2, digests altogether.
//!
//! It uses the standard library alone, so it can be compiled and tested by itself.

use std::ops::Range;

/// One thing that the reader does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The line of the page where it begins, from 1.
    pub line: usize,
    /// What has to be at hand for it, if anything.
    pub needs: Option<String>,
    /// What it is.
    pub action: Action,
}

/// What the reader does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Writes a file.
    Write {
        /// Its place, from the directory where the reader began.
        path: String,
        /// All of it.
        text: String,
    },
    /// Types a command.
    Type {
        /// As a shell reads it.
        command: String,
        /// How it ends.
        code: i32,
        /// What the page shows of its output.
        shown: Vec<String>,
    },
}

/// The steps of a page, in its order.
///
/// # Errors
/// What is written so that nothing would be carried out: a fence that never closes, a command in a fence
/// that is not of `console`, output before the first command, an exit code that is no number.
pub fn steps(page: &str) -> Result<Vec<Step>, String> {
    let lines: Vec<&str> = page.lines().collect();
    let mut steps = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let Some(info) = lines[at].strip_prefix("```") else {
            at += 1;
            continue;
        };
        let length = lines[at + 1..].iter().position(|line| line.trim_end() == "```");
        let length = length.ok_or_else(|| format!("line {}: this fence never closes", at + 1))?;
        let body = at + 1..at + 1 + length;
        at = body.end + 1;
        steps.extend(fence(info, &lines, body)?);
    }
    Ok(steps)
}

/// The steps of one fence, whose text is a range of the page's lines.
fn fence(info: &str, lines: &[&str], body: Range<usize>) -> Result<Vec<Step>, String> {
    let mut words = info.split_whitespace();
    let (language, rest) = (words.next(), words.next());
    let first = body.start + 1;
    if language == Some("console") {
        let needs = rest.and_then(|word| word.strip_prefix("needs=")).map(str::to_owned);
        return console(lines, body, needs.as_deref());
    }
    if let Some(command) = lines[body.clone()].iter().find(|line| line.starts_with("$ ")) {
        return Err(format!("line {first}: `{command}` stands in a fence that is not of console"));
    }
    let Some(path) = rest else { return Ok(Vec::new()) };
    let mut text = lines[body].join("\n");
    text.push('\n');
    let action = Action::Write { path: path.to_owned(), text };
    Ok(vec![Step { line: first, needs: None, action }])
}

fn console(lines: &[&str], body: Range<usize>, needs: Option<&str>) -> Result<Vec<Step>, String> {
    let mut steps: Vec<Step> = Vec::new();
    for at in body {
        if let Some(typed) = lines[at].strip_prefix("$ ") {
            let (command, code) = match typed.split_once("# exit code ") {
                Some((command, code)) => (
                    command.trim_end(),
                    code.trim().parse().map_err(|_| format!("line {}: no exit code", at + 1))?,
                ),
                None => (typed, 0),
            };
            let action = Action::Type { command: command.to_owned(), code, shown: Vec::new() };
            steps.push(Step { line: at + 1, needs: needs.map(str::to_owned), action });
        } else if let Some(Step { action: Action::Type { shown, .. }, .. }) = steps.last_mut() {
            shown.push(lines[at].to_owned());
        } else {
            return Err(format!("line {}: output before the first command", at + 1));
        }
    }
    Ok(steps)
}

/// Whether a command said what the page shows.
///
/// # Errors
/// The first line that is shown and was not said, or was said and is not shown.
pub fn compare(shown: &[String], said: &str) -> Result<(), String> {
    if shown.is_empty() {
        // Nothing is promised.
        return Ok(());
    }
    let said: Vec<&str> = said.lines().collect();
    let free = free_columns(shown);
    let mut from = 0;
    let mut skips = false;
    for (line, free) in shown.iter().zip(&free) {
        if line.trim() == "..." {
            skips = true;
            continue;
        }
        let mut rest = said[from..].iter();
        let found = if skips {
            rest.position(|said| same_line(line, said, free))
        } else {
            rest.next().filter(|said| same_line(line, said, free)).map(|_| 0)
        };
        let Some(found) = found else {
            let instead = said.get(from).map_or("the end", |said| said);
            return Err(format!("the page shows\n  {line}\nand here stands\n  {instead}"));
        };
        (from, skips) = (from + found + 1, false);
    }
    match said.get(from) {
        Some(rest) if !skips => Err(format!("the page does not show\n  {rest}")),
        _ => Ok(()),
    }
}

/// For each shown line the columns whose numbers a compiler decides, counted from the right: those that
/// the table's header calls `fuel`, and the share beside it.
fn free_columns(shown: &[String]) -> Vec<Vec<usize>> {
    let mut free: Vec<usize> = Vec::new();
    let of_line = |line: &String| {
        let words: Vec<&str> = line.split_whitespace().collect();
        if words.contains(&"fuel") && words.contains(&"work") {
            let column = |at: &usize| {
                words[*at] == "fuel" || (words[*at] == "%" && words[..*at].last() == Some(&"fuel"))
            };
            free = (0..words.len()).filter(column).map(|at| words.len() - 1 - at).collect();
            return Vec::new();
        }
        free.clone()
    };
    shown.iter().map(of_line).collect()
}

fn same_line(shown: &str, said: &str, free: &[usize]) -> bool {
    let (shown, said): (Vec<&str>, Vec<&str>) =
        (shown.split_whitespace().collect(), said.split_whitespace().collect());
    let last = shown.len().saturating_sub(1);
    let same = |at: usize| {
        let size = shown.get(at + 1).is_some_and(|next| next.trim_end_matches(',') == "bytes");
        shown[at] == said[at]
            || ((size || free.contains(&(last - at))) && close(shown[at], said[at]))
            || (is_digest(shown[at]) && is_digest(said[at]))
    };
    shown.len() == said.len() && (0..shown.len()).all(same)
}

/// Numbers of one size.
fn close(one: &str, other: &str) -> bool {
    let number = |text: &str| text.parse::<f64>().ok().filter(|number| *number >= 0.0);
    let (Some(one), Some(other)) = (number(one), number(other)) else { return false };
    one.max(other) <= 2.0 * one.min(other) || one.max(other) <= 1.0
}

fn is_digest(text: &str) -> bool {
    let text = text.trim_end_matches([',', '.']);
    text.len() >= 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        text.lines().map(str::to_owned).collect()
    }

    const PAGE: &str = "\
# A page
```rust my-measure/src/lib.rs
use x;

```
Text.
```console needs=python
$ assay new a
a is made
$ assay check b  # exit code 1
```
```toml
nothing = 1
```
";

    #[test]
    fn files_and_commands_come_in_their_order() {
        let steps = steps(PAGE).unwrap();
        let text = "use x;\n\n".to_owned();
        let write = Action::Write { path: "my-measure/src/lib.rs".to_owned(), text };
        assert_eq!(steps[0], Step { line: 3, needs: None, action: write });
        let typed = |command: &str, code, shown: &str| Action::Type {
            command: command.to_owned(),
            code,
            shown: lines(shown),
        };
        let needs = Some("python".to_owned());
        let new = typed("assay new a", 0, "a is made");
        assert_eq!(steps[1], Step { line: 8, needs: needs.clone(), action: new });
        let check = typed("assay check b", 1, "");
        assert_eq!(steps[2], Step { line: 10, needs, action: check });
        assert_eq!(steps.len(), 3);
    }

    #[test]
    fn nothing_is_passed_over_in_silence() {
        for (page, said) in [
            ("```console\n$ a\n", "line 1: this fence never closes"),
            ("```sh\n$ a\n```\n", "line 2: `$ a` stands in a fence that is not of console"),
            ("```console\na\n```\n", "line 2: output before the first command"),
            ("```console\n$ a # exit code x\n```\n", "line 2: no exit code"),
        ] {
            assert_eq!(steps(page).unwrap_err(), said);
        }
    }

    #[test]
    fn output_is_compared_line_by_line_and_gaps_are_said() {
        let same = |shown: &str, said: &str| compare(&lines(shown), said).is_ok();
        assert!(same("", "anything"));
        assert!(same("a  b\nc", "a b\nc\n"));
        assert!(!same("a", "a\nb"));
        assert!(!same("a\nb", "a"));
        assert!(same("a\n...", "a\nb\nc"));
        assert!(same("...\nc", "a\nb\nc"));
        assert!(same("a\n...\nc", "a\nc"));
        assert!(!same("a\n...\nc\n", "a\nc\nd"));
        assert!(!same("...\nx", "a\nb"));
        assert!(compare(&lines("a"), "b").unwrap_err().contains("and here stands\n  b"));
    }

    #[test]
    fn only_what_a_compiler_decides_may_differ() {
        let run = |value: &str, fuel: &str, work: &str| {
            format!("task value fuel work outcome\nm_0 {value} {fuel} {work} value")
        };
        let same = |said: &str| compare(&lines(&run("0.5", "1000", "70")), said).is_ok();
        assert!(same(&run("0.5", "1900", "70")));
        assert!(!same(&run("0.5", "2100", "70")));
        assert!(!same(&run("0.6", "1000", "70")));
        assert!(!same(&run("0.5", "1000", "71")));
        let profile = |fuel: &str, share: &str, bytes: &str| {
            format!(
                "call calls work % fuel % bytes\n(after the last) 3 9 75.0 {fuel} {share} {bytes}"
            )
        };
        let same = |said: &str| compare(&lines(&profile("10", "0.1", "8")), said).is_ok();
        assert!(same(&profile("11", "0.3", "8")));
        assert!(!same(&profile("10", "0.1", "9")));
        let same = |shown: &str, said: &str| compare(&lines(shown), said).is_ok();
        assert!(same(
            "27000 bytes, digest 00112233445566ff",
            "28000 bytes, digest ffffffffffffffff"
        ));
        assert!(!same("27000 bytes", "90000 bytes"));
        assert!(!same("score 0.1", "score 0.2"));
    }
}
