//! Blanks out comments and the contents of literals, so that what is left can be searched and its
//! braces counted. Line breaks stay where they are. This is no parser; it is exact for literals and
//! comments, which is all that the checks rest on.

/// The code of `source` with comments and literals replaced by spaces.
pub(crate) fn mask(source: &str) -> String {
    let chars: Vec<char> = source.chars().collect();
    let mut out = String::with_capacity(source.len());
    let mut at = 0;
    while at < chars.len() {
        let end = skipped_end(&chars, at);
        if end == at {
            out.push(chars[at]);
            at += 1;
            continue;
        }
        out.extend(chars[at..end].iter().map(|c| if *c == '\n' { '\n' } else { ' ' }));
        at = end;
    }
    out
}

/// The end of the comment or literal that begins at `at`; `at` itself if none does.
fn skipped_end(chars: &[char], at: usize) -> usize {
    let next = chars.get(at + 1).copied();
    match chars[at] {
        '/' if next == Some('/') => find(chars, at, |c| c == '\n'),
        '/' if next == Some('*') => block_comment_end(chars, at),
        '"' => quoted_end(chars, at, '"'),
        '\'' if is_char_literal(chars, at) => quoted_end(chars, at, '\''),
        'r' if !continues_word(chars, at) => raw_string_end(chars, at),
        _ => at,
    }
}

fn find(chars: &[char], from: usize, stop: impl Fn(char) -> bool) -> usize {
    (from..chars.len()).find(|index| stop(chars[*index])).unwrap_or(chars.len())
}

/// Block comments nest.
fn block_comment_end(chars: &[char], at: usize) -> usize {
    let mut depth = 0;
    let mut index = at;
    while index + 1 < chars.len() {
        match (chars[index], chars[index + 1]) {
            ('/', '*') => {
                depth += 1;
                index += 2;
            }
            ('*', '/') => {
                depth -= 1;
                index += 2;
                if depth == 0 {
                    return index;
                }
            }
            _ => index += 1,
        }
    }
    chars.len()
}

fn quoted_end(chars: &[char], at: usize, quote: char) -> usize {
    let mut index = at + 1;
    while index < chars.len() {
        match chars[index] {
            '\\' => index += 2,
            c if c == quote => return index + 1,
            _ => index += 1,
        }
    }
    chars.len()
}

/// A quote opens a character literal unless it opens a lifetime: `'a'` and `'\n'`, not `'a`.
fn is_char_literal(chars: &[char], at: usize) -> bool {
    chars.get(at + 1) == Some(&'\\') || chars.get(at + 2) == Some(&'\'')
}

/// The end of `r"…"` or `r#"…"#`; `at` itself where no raw string begins (`r#type` is a name).
fn raw_string_end(chars: &[char], at: usize) -> usize {
    let open = find(chars, at + 1, |c| c != '#');
    if chars.get(open) != Some(&'"') {
        return at;
    }
    let hashes = open - at - 1;
    let mut index = open + 1;
    while index < chars.len() {
        let closes = chars[index] == '"'
            && chars.len() > index + hashes
            && chars[index + 1..=index + hashes].iter().all(|c| *c == '#');
        if closes {
            return index + 1 + hashes;
        }
        index += 1;
    }
    chars.len()
}

/// True when the character before `at` belongs to the same word. `b` and `c` before a raw string do
/// not count, since they are part of the literal.
fn continues_word(chars: &[char], at: usize) -> bool {
    let word = |index: usize| chars[index].is_alphanumeric() || chars[index] == '_';
    match at {
        0 => false,
        1 => word(0) && !matches!(chars[0], 'b' | 'c'),
        _ => word(at - 1) && (!matches!(chars[at - 1], 'b' | 'c') || word(at - 2)),
    }
}

#[cfg(test)]
mod tests {
    use super::mask;

    #[test]
    fn literals_and_comments_vanish_and_code_stays() {
        let cases = [
            ("a // {\nb", "a b"),
            ("a /* { /* } */ */ b", "a b"),
            ("f(\"{\\\"\") {", "f( ) {"),
            ("x '{' '\\'' &'a str", "x &'a str"),
            ("br#\"{\"}\"# }", "b }"),
            ("for \"{\" r\"}\" {", "for {"),
            ("r#type {", "r#type {"),
        ];
        for (source, expected) in cases {
            let masked = mask(source);
            assert_eq!(masked.chars().count(), source.chars().count(), "of {source}");
            let words: Vec<_> = masked.split_whitespace().collect();
            assert_eq!(words.join(" "), expected, "of {source}");
        }
    }

    #[test]
    fn what_never_closes_ends_with_the_file() {
        for source in ["\"{", "/* {", "r#\"{\"", "'\\", "\"\\"] {
            assert_eq!(mask(source).trim(), "", "of {source}");
        }
    }
}
