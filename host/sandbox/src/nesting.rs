//! How deep components and modules lie in each other, told before anything is compiled.

use wasmparser::{Parser, Payload};

/// The deepest of real components come to three or four. Compiling takes time that grows with the square
/// of the depth: ten thousand components in each other are 140 KB, and take ten seconds.
pub(crate) const NESTING_MAX: usize = 64;

/// Whether components and modules lie in each other too deep. What is no component is for the compiler
/// to say.
pub(crate) fn nested_too_deep(bytes: &[u8]) -> bool {
    let mut depth = 0_usize;
    for payload in Parser::new(0).parse_all(bytes) {
        match payload {
            Ok(Payload::ComponentSection { .. } | Payload::ModuleSection { .. }) => depth += 1,
            Ok(Payload::End(_)) => depth = depth.saturating_sub(1),
            Ok(_) => {}
            Err(_) => return false,
        }
        if depth > NESTING_MAX {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An empty component in so many others.
    fn nested(times: usize) -> Vec<u8> {
        let header = b"\0asm\x0d\0\x01\0";
        (0..times).fold(header.to_vec(), |inner, _| {
            // A section of components; its length in two digits of base 128.
            let length = [inner.len() as u8 & 0x7f | 0x80, (inner.len() >> 7) as u8];
            [&header[..], &[4], &length, &inner].concat()
        })
    }

    #[test]
    fn the_limit_itself_is_not_too_deep() {
        assert!(!nested_too_deep(&nested(0)));
        assert!(!nested_too_deep(&nested(NESTING_MAX)));
        assert!(nested_too_deep(&nested(NESTING_MAX + 1)));
    }

    #[test]
    fn components_beside_each_other_are_not_deep() {
        let one = &nested(1)[8..];
        let many = [&nested(0), &one.repeat(1000)[..]].concat();
        assert!(!nested_too_deep(&many));
        assert!(!nested_too_deep(b"no component"));
    }
}
