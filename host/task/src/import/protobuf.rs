//! The part of the protocol buffer encoding that `tf.train.Example` and `TensorProto` need.

/// One field's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Value<'a> {
    /// Wire type 0.
    Varint(u64),
    /// Wire type 1.
    Fixed64([u8; 8]),
    /// Wire type 2: bytes, text, a message or packed numbers.
    Bytes(&'a [u8]),
    /// Wire type 5.
    Fixed32([u8; 4]),
}

/// Iterator over a message's fields, in order, as (number, value); the first error ends it.
pub(super) struct Fields<'a> {
    rest: &'a [u8],
}

/// The fields of a message.
pub(super) fn fields(message: &[u8]) -> Fields<'_> {
    Fields { rest: message }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<(u64, Value<'a>), &'static str>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let field = self.read();
        if field.is_err() {
            self.rest = &[];
        }
        Some(field)
    }
}

impl<'a> Fields<'a> {
    fn read(&mut self) -> Result<(u64, Value<'a>), &'static str> {
        const CUT: &str = "it ends inside a field";
        let key = varint(&mut self.rest)?;
        let value = match key & 7 {
            0 => Value::Varint(varint(&mut self.rest)?),
            1 => Value::Fixed64(*self.rest.split_off(..8).and_then(|b| b.as_array()).ok_or(CUT)?),
            2 => {
                let length = usize::try_from(varint(&mut self.rest)?).map_err(|_| CUT)?;
                Value::Bytes(self.rest.split_off(..length).ok_or(CUT)?)
            }
            5 => Value::Fixed32(*self.rest.split_off(..4).and_then(|b| b.as_array()).ok_or(CUT)?),
            _ => return Err("a field has a wire type that is not in use"),
        };
        match key >> 3 {
            0 => Err("a field has number 0"),
            number => Ok((number, value)),
        }
    }
}

/// Reads one variable-length integer off the front.
pub(super) fn varint(rest: &mut &[u8]) -> Result<u64, &'static str> {
    let mut value = 0_u64;
    for shift in (0..64).step_by(7) {
        let byte = *rest.split_off_first().ok_or("it ends inside a number")?;
        // The tenth byte has room for one bit only.
        if shift == 63 && byte > 1 {
            return Err("a number has more than 64 bits");
        }
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Ok(value);
        }
    }
    Err("a number has more than 64 bits")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_encodings_own_examples_read_as_documented() {
        // From the protocol buffers' encoding page: field 1 = 150, field 2 = "testing".
        let mut bytes = vec![0x08, 0x96, 0x01, 0x12, 0x07];
        bytes.extend_from_slice(b"testing");
        let read: Result<Vec<_>, _> = fields(&bytes).collect();
        let expected = vec![(1, Value::Varint(150)), (2, Value::Bytes(b"testing"))];
        assert_eq!(read, Ok(expected));
        assert_eq!(varint(&mut &[0xff; 10][..]), Err("a number has more than 64 bits"));
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            let _ = fields(&bytes).count();
        }
    }
}
