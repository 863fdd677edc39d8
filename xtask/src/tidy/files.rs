//! Rules for one Rust file: it opens by saying what it is for, and neither it nor its functions are
//! too long to be read in one go.

use super::Problem;
use super::mask::mask;

/// The most lines of code in a file, its unit tests aside.
const FILE_LINES: usize = 400;
/// The most lines in a file altogether.
const FILE_LINES_WITH_TESTS: usize = 600;
/// The most lines in a function, from `fn` to its closing brace. Tests may be longer, since a test is
/// often a list of cases.
const FUNCTION_LINES: usize = 70;

/// The broken rules of one file; files in other languages have none.
pub(super) fn check(path: &str, text: &str) -> Vec<Problem> {
    if !is_rust(path) {
        return Vec::new();
    }
    let mut problems = Vec::new();
    let header = text.trim_start().starts_with("//!");
    if !header {
        problems
            .push(format!("{path}:1: does not begin with a `//!` comment that says its purpose"));
    }
    let masked = mask(text);
    let lines: Vec<&str> = masked.lines().collect();
    let code = first_test_line(&lines);
    if code > FILE_LINES || lines.len() > FILE_LINES_WITH_TESTS {
        problems.push(format!(
            "{path}: {code} lines of code and {} in all; the most is {FILE_LINES} and \
             {FILE_LINES_WITH_TESTS}; split it by what it does",
            lines.len()
        ));
    }
    if !is_test_file(path) {
        let code_text = lines[..code].join("\n");
        for function in functions(&code_text) {
            if function.lines > FUNCTION_LINES && !function.is_test {
                problems.push(format!(
                    "{path}:{}: function `{}` has {} lines; the most is {FUNCTION_LINES}",
                    function.line, function.name, function.lines
                ));
            }
        }
    }
    problems
}

/// True for Rust source.
pub(super) fn is_rust(path: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, extension)| extension == "rs")
}

fn is_test_file(path: &str) -> bool {
    path.starts_with("tests/") || path.contains("/tests/") || path.ends_with("/tests.rs")
}

/// The number of lines before the unit tests that close a file, or of all lines.
fn first_test_line(lines: &[&str]) -> usize {
    let opens_tests = |index: usize| {
        lines[index].starts_with("#[cfg(test)]")
            && lines[index + 1..].iter().take(3).any(|line| line.starts_with("mod tests {"))
    };
    (0..lines.len()).find(|index| opens_tests(*index)).unwrap_or(lines.len())
}

struct Function {
    name: String,
    line: usize,
    lines: usize,
    is_test: bool,
}

/// Every function with a body in masked code.
fn functions(masked: &str) -> Vec<Function> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(offset) = masked[from..].find("fn ") {
        let at = from + offset;
        from = at + 3;
        let before = masked[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_') {
            continue;
        }
        let name: String =
            masked[from..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        // A function type (`fn(…)`) has no name, a declaration has no body.
        if name.is_empty() {
            continue;
        }
        if let Some(length) = body_end(&masked[at..]) {
            found.push(Function {
                name,
                line: masked[..at].matches('\n').count() + 1,
                lines: masked[at..at + length].matches('\n').count() + 1,
                is_test: is_marked_test(&masked[..at]),
            });
        }
    }
    found
}

/// The offset after the brace that closes the body of the function at the start of `code`; `None` for
/// a declaration.
fn body_end(code: &str) -> Option<usize> {
    let (mut braces, mut parentheses) = (0_usize, 0_usize);
    for (index, c) in code.char_indices() {
        match c {
            '(' | '[' => parentheses += 1,
            ')' | ']' => parentheses = parentheses.saturating_sub(1),
            ';' if braces == 0 && parentheses == 0 => return None,
            '{' => braces += 1,
            '}' => {
                braces = braces.saturating_sub(1);
                if braces == 0 {
                    return Some(index + 1);
                }
            }
            _ => {}
        }
    }
    None
}

/// True when the attributes right before a function mark it as a test.
fn is_marked_test(before: &str) -> bool {
    let start = before.rfind(['}', ';']).map_or(0, |index| index + 1);
    before[start..].contains("#[test]")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn function(name: &str, lines: usize) -> String {
        format!("fn {name}(x: [u8; 2]) -> u8 {{\n{}}}\n", "    step();\n".repeat(lines - 2))
    }

    #[test]
    fn a_missing_header_is_found() {
        assert_eq!(check("a.rs", "//! Purpose.\n"), Vec::<String>::new());
        assert!(check("a.rs", "// Purpose.\n")[0].starts_with("a.rs:1: does not begin"));
        assert_eq!(check("a.md", "# Purpose\n"), Vec::<String>::new());
    }

    #[test]
    fn file_length_counts_code_and_all() {
        let code = |lines: usize| format!("//! P.\n{}", "const A: u8 = 0;\n".repeat(lines - 1));
        let tests =
            |lines: usize| format!("#[cfg(test)]\nmod tests {{\n{}}}\n", "\n".repeat(lines - 3));
        assert!(check("a.rs", &code(400)).is_empty());
        assert_eq!(check("a.rs", &code(401)).len(), 1);
        assert!(check("a.rs", &format!("{}{}", code(400), tests(200))).is_empty());
        assert_eq!(check("a.rs", &format!("{}{}", code(400), tests(201))).len(), 1);
    }

    #[test]
    fn long_functions_are_found_by_name_and_line() {
        let text = format!("//! P.\n{}{}", function("short", 70), function("long", 71));
        let problems = check("a.rs", &text);
        assert_eq!(problems, ["a.rs:72: function `long` has 71 lines; the most is 70"]);
        assert!(check("x/tests/a.rs", &text).is_empty());
        let marked = format!("//! P.\n#[test]\n{}", function("long", 71));
        assert!(check("a.rs", &marked).is_empty());
    }

    #[test]
    fn braces_in_literals_and_declarations_do_not_confuse() {
        let text = "//! P.\ntrait T { fn a(&self); }\nfn b() { let f: fn(u8) = c; \"{\"; '{'; }\n";
        let found = functions(&mask(text));
        let names: Vec<_> = found.iter().map(|f| (f.name.as_str(), f.lines)).collect();
        assert_eq!(names, [("b", 1)]);
    }
}
