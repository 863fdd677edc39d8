//! What benchmarks print: Markdown, so that it can go into the documentation as it is.

use std::fs;

use anyhow::Result;

use super::pair::Spread;

/// A table; short rows are filled up.
pub(crate) fn markdown(headers: &[&str], rows: &[Vec<String>]) -> String {
    let mut lines =
        vec![format!("| {} |", headers.join(" | ")), format!("|{}", "---|".repeat(headers.len()))];
    for row in rows {
        let empty = headers.len().saturating_sub(row.len());
        lines.push(format!("| {} |{}", row.join(" | "), " |".repeat(empty)));
    }
    lines.join("\n") + "\n"
}

/// Keeps a row, and shows it at once: the whole takes long, and may be stopped.
pub(super) fn keep(rows: &mut Vec<Vec<String>>, row: Vec<String>) {
    eprintln!("   {}", row.join(" | "));
    rows.push(row);
}

/// A median with its range: a ratio, a time.
pub(super) fn with_range(spread: Option<Spread>) -> String {
    spread.map_or_else(
        || "-".to_owned(),
        |spread| format!("{:.2} ({:.2}-{:.2})", spread.median, spread.least, spread.most),
    )
}

/// A size in mebibytes.
pub(super) fn mebibytes(bytes: Option<u64>) -> String {
    bytes.map_or_else(|| "-".to_owned(), |bytes| (bytes >> 20).to_string())
}

/// The machine that the numbers belong to, and how busy it is.
pub(super) fn machine() -> Result<String> {
    Ok(format!("Machine: {}.\n{}", processor()?, load("at the start")))
}

/// The processor that times belong to.
pub(crate) fn processor() -> Result<String> {
    let cores = std::thread::available_parallelism()?;
    let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let field = |name: &str| {
        let line = cpu.lines().find(|line| line.starts_with(name));
        line.and_then(|line| line.split_once(": ")).map_or("unknown", |(_, value)| value)
    };
    let flags = field("flags");
    let wide = if flags.contains("avx512f") {
        "AVX-512"
    } else if flags.contains("avx2") {
        "AVX2"
    } else {
        "neither AVX2 nor AVX-512 reported"
    };
    Ok(format!("{}, {cores} processors, {wide}", field("model name")))
}

/// How busy the machine is: anything much above the number of threads means other work.
pub(super) fn load(when: &str) -> String {
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let minute = load.split_whitespace().next().unwrap_or("unknown");
    format!("Load average of the last minute {when}: {minute}.\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_rows_are_filled() {
        let rows = [vec!["1".to_owned(), "2".to_owned()], vec!["3".to_owned()]];
        assert_eq!(markdown(&["a", "b"], &rows), "| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | |\n");
    }

    #[test]
    fn numbers_are_short() {
        let spread = Spread { median: 1.234, least: 1.0, most: 2.0 };
        assert_eq!(with_range(Some(spread)), "1.23 (1.00-2.00)");
        assert_eq!(with_range(None), "-");
        assert_eq!(mebibytes(Some(3 << 20)), "3");
    }
}
