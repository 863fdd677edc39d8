//! Values of any type from any bytes: a deserializer that reads choices instead of an encoding.
//!
//! Every input gives a value. An enum's case is one byte, whatever the number of cases; numbers are
//! mostly small; lists are mostly short; handles are mostly of what is alive. So a fuzzer that changes
//! a byte changes one choice of a call, and its calls get past the first check.

use std::fmt;

use serde::de::value::U32Deserializer;
use serde::de::{
    self, DeserializeOwned, DeserializeSeed, EnumAccess, IntoDeserializer, SeqAccess,
    VariantAccess, Visitor,
};

use crate::cut::Cut;

/// Where values are drawn from.
pub(crate) struct Draw<'a> {
    from: Cut<'a>,
    /// Handles of tensors alive.
    pub(crate) tensors: Vec<u32>,
    /// Handles of networks alive.
    pub(crate) networks: Vec<u32>,
}

/// Floats that go wrong more often than others.
const FLOATS: [f32; 16] = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    2.0,
    3.0,
    1e-3,
    1e9,
    f32::MAX,
    f32::MIN_POSITIVE,
    1e-45,
    f32::EPSILON,
    f32::INFINITY,
    f32::NEG_INFINITY,
    f32::NAN,
];

/// Never happens: a type asks for something that no type of ours has.
#[derive(Debug)]
pub(crate) struct Unknown(String);

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unknown {}

impl de::Error for Unknown {
    fn custom<T: fmt::Display>(text: T) -> Self {
        Self(text.to_string())
    }
}

impl<'a> Draw<'a> {
    pub(crate) fn new(input: &'a [u8]) -> Self {
        Self { from: Cut::new(input), tensors: Vec::new(), networks: vec![0] }
    }

    /// The next value; nothing when the input is used up.
    pub(crate) fn next<T: DeserializeOwned>(&mut self) -> Option<T> {
        if self.from.is_empty() {
            return None;
        }
        // A type that cannot be drawn would make a target test nothing.
        Some(T::deserialize(self).expect("every type of a call can be drawn"))
    }

    fn integer(&mut self) -> u64 {
        let choice = self.from.byte();
        let mut bytes = |count: usize| {
            (0..count).fold(0_u64, |number, _| number << 8 | u64::from(self.from.byte()))
        };
        match choice {
            0..=199 => u64::from(choice % 20),
            200..=229 => bytes(1),
            230..=239 => bytes(2),
            240..=247 => bytes(4),
            248..=251 => bytes(8),
            252 => u64::from(u32::MAX),
            253 => u64::from(i32::MAX.cast_unsigned()),
            254 => 1 << 16,
            255 => u64::MAX,
        }
    }

    fn float(&mut self) -> f32 {
        let choice = self.from.byte();
        match FLOATS.get(usize::from(choice)) {
            Some(float) => *float,
            None if choice < 128 => f32::from(choice) / 16.0 - 4.0,
            None => f32::from_bits(self.integer() as u32 ^ u32::from(choice) << 24),
        }
    }

    fn length(&mut self) -> usize {
        match self.from.byte() {
            choice @ 0..=239 => usize::from(choice % 6),
            choice => usize::from(choice - 239) * 4,
        }
    }

    fn handle(&mut self, alive: fn(&Self) -> &Vec<u32>) -> u32 {
        let choice = self.from.byte();
        match alive(self).len() {
            0 => u32::from(choice % 3),
            // Now and then one that was dropped, or never made.
            _ if choice == 255 => self.integer() as u32,
            count => alive(self)[usize::from(choice) % count],
        }
    }
}

macro_rules! integers {
    ($($method:ident $visit:ident $type:ty,)+) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unknown> {
            visitor.$visit(self.integer() as $type)
        })+
    };
}

impl<'de> de::Deserializer<'de> for &mut Draw<'_> {
    type Error = Unknown;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Unknown> {
        Err(de::Error::custom("a type that does not say what it is"))
    }

    integers! {
        deserialize_u8 visit_u8 u8,
        deserialize_u16 visit_u16 u16,
        deserialize_u32 visit_u32 u32,
        deserialize_u64 visit_u64 u64,
        deserialize_i8 visit_i8 i8,
        deserialize_i16 visit_i16 i16,
        deserialize_i32 visit_i32 i32,
        deserialize_i64 visit_i64 i64,
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unknown> {
        visitor.visit_bool(self.from.byte() % 2 == 1)
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unknown> {
        visitor.visit_f32(self.float())
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unknown> {
        visitor.visit_f64(f64::from(self.float()))
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unknown> {
        visitor.visit_char(char::from(self.from.byte()))
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unknown> {
        self.deserialize_string(visitor)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unknown> {
        let length = self.length();
        visitor.visit_string(String::from_utf8_lossy(self.from.take(length)).into_owned())
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unknown> {
        self.deserialize_byte_buf(visitor)
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unknown> {
        let length = self.length();
        visitor.visit_byte_buf(self.from.take(length).to_vec())
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unknown> {
        if self.from.byte().is_multiple_of(2) {
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unknown> {
        visitor.visit_unit()
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Unknown> {
        visitor.visit_unit()
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Unknown> {
        let handle = match name {
            "TensorHandle" => self.handle(|draw| &draw.tensors),
            "NetworkHandle" => self.handle(|draw| &draw.networks),
            // There is one dataset.
            "DatasetHandle" => u32::from(self.from.byte() == 255),
            _ => return visitor.visit_newtype_struct(self),
        };
        let handle: U32Deserializer<Unknown> = handle.into_deserializer();
        visitor.visit_newtype_struct(handle)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unknown> {
        let left = self.length();
        visitor.visit_seq(Elements { draw: self, left })
    }

    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        left: usize,
        visitor: V,
    ) -> Result<V::Value, Unknown> {
        visitor.visit_seq(Elements { draw: self, left })
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        left: usize,
        visitor: V,
    ) -> Result<V::Value, Unknown> {
        visitor.visit_seq(Elements { draw: self, left })
    }

    fn deserialize_map<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Unknown> {
        Err(de::Error::custom("a map"))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unknown> {
        visitor.visit_seq(Elements { draw: self, left: fields.len() })
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unknown> {
        let case = u32::from(self.from.byte()) % variants.len() as u32;
        visitor.visit_enum(Case { draw: self, case })
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Unknown> {
        Err(de::Error::custom("an identifier"))
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Unknown> {
        Err(de::Error::custom("a field that is ignored"))
    }

    /// Names are left out, as between processes.
    fn is_human_readable(&self) -> bool {
        false
    }
}

struct Elements<'d, 'a> {
    draw: &'d mut Draw<'a>,
    left: usize,
}

impl<'de> SeqAccess<'de> for Elements<'_, '_> {
    type Error = Unknown;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Unknown> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        seed.deserialize(&mut *self.draw).map(Some)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left)
    }
}

struct Case<'d, 'a> {
    draw: &'d mut Draw<'a>,
    case: u32,
}

impl<'de, 'd, 'a> EnumAccess<'de> for Case<'d, 'a> {
    type Error = Unknown;
    type Variant = Content<'d, 'a>;

    fn variant_seed<T: DeserializeSeed<'de>>(
        self,
        seed: T,
    ) -> Result<(T::Value, Content<'d, 'a>), Unknown> {
        let case: U32Deserializer<Unknown> = self.case.into_deserializer();
        Ok((seed.deserialize(case)?, Content(self.draw)))
    }
}

/// What a case holds.
struct Content<'d, 'a>(&'d mut Draw<'a>);

impl<'de> VariantAccess<'de> for Content<'_, '_> {
    type Error = Unknown;

    fn unit_variant(self) -> Result<(), Unknown> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Unknown> {
        seed.deserialize(self.0)
    }

    fn tuple_variant<V: Visitor<'de>>(self, left: usize, visitor: V) -> Result<V::Value, Unknown> {
        visitor.visit_seq(Elements { draw: self.0, left })
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unknown> {
        visitor.visit_seq(Elements { draw: self.0, left: fields.len() })
    }
}
