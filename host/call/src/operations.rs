//! The operations that calls name, with the meaning that the WIT documentation gives them.

use serde::{Deserialize, Serialize};

macro_rules! named {
    ($(#[$doc:meta])* $name:ident { $($(#[$inner:meta])* $variant:ident => $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        pub enum $name { $($(#[$inner])* $variant,)+ }

        impl $name {
            /// Every operation, in the order of the WIT enumeration.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The name in WIT, records and price lists.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }
        }
    };
}

named! {
    /// Functions of one value.
    UnaryOp {
        /// `-x`.
        Negate => "negate",
        /// `|x|`.
        Absolute => "absolute",
        /// `x * x`.
        Square => "square",
        /// Square root; NaN below zero.
        SquareRoot => "square-root",
        /// `1 / x`.
        Reciprocal => "reciprocal",
        /// `e^x`.
        Exp => "exp",
        /// Natural logarithm; NaN below zero.
        Log => "log",
        /// Hyperbolic tangent.
        Tanh => "tanh",
        /// `1 / (1 + exp(-x))`.
        Sigmoid => "sigmoid",
        /// `max(x, 0)`.
        Relu => "relu",
        /// -1, 0 or 1; NaN for NaN.
        Sign => "sign",
        /// Largest integer not above.
        Floor => "floor",
        /// Smallest integer not below.
        Ceil => "ceil",
        /// Nearest integer; halves go to the even one.
        Round => "round",
        /// Sine.
        Sine => "sine",
        /// Cosine.
        Cosine => "cosine",
        /// `log(1 + x)` without cancellation near 0; NaN below -1.
        Log1p => "log1p",
        /// `exp(x) - 1` without cancellation near 0.
        Expm1 => "expm1",
        /// The error function.
        Erf => "erf",
        /// 1 for NaN, 0 otherwise.
        IsNan => "is-nan",
        /// 1 for finite values, 0 for infinities and NaN.
        IsFinite => "is-finite",
    }
}

impl UnaryOp {
    /// Whether the function costs what a transcendental one does.
    pub fn is_transcendental(self) -> bool {
        use UnaryOp::{Cosine, Erf, Exp, Expm1, Log, Log1p, Sigmoid, Sine, Tanh};
        matches!(self, Exp | Log | Tanh | Sigmoid | Sine | Cosine | Log1p | Expm1 | Erf)
    }
}

named! {
    /// Functions of two values; comparisons give 1 or 0, and any comparison with NaN is false, so
    /// not-equal is true.
    BinaryOp {
        /// `a + b`.
        Add => "add",
        /// `a - b`.
        Subtract => "subtract",
        /// `a * b`.
        Multiply => "multiply",
        /// `a / b`.
        Divide => "divide",
        /// The smaller; NaN if either is.
        Minimum => "minimum",
        /// The larger; NaN if either is.
        Maximum => "maximum",
        /// `a == b`.
        Equal => "equal",
        /// `a < b`.
        Less => "less",
        /// `a > b`.
        Greater => "greater",
        /// `a != b`.
        NotEqual => "not-equal",
        /// `a <= b`.
        LessOrEqual => "less-or-equal",
        /// `a >= b`.
        GreaterOrEqual => "greater-or-equal",
        /// `a` to the power `b`, as IEEE 754 `pow`.
        Power => "power",
        /// The angle of the point (b, a): `atan2(a, b)`.
        ArcTangent => "arc-tangent",
    }
}

impl BinaryOp {
    /// Whether the function costs what a transcendental one does.
    pub fn is_transcendental(self) -> bool {
        matches!(self, Self::Power | Self::ArcTangent)
    }
}

named! {
    /// Ways to reduce axes.
    ReduceOp {
        /// Sum.
        Sum => "sum",
        /// Mean.
        Mean => "mean",
        /// Largest value; NaN if any is.
        Maximum => "maximum",
        /// Smallest value; NaN if any is.
        Minimum => "minimum",
        /// Mean squared distance from the mean.
        Variance => "variance",
        /// Sum of absolute values.
        L1Norm => "l1-norm",
        /// Root of the sum of squares.
        L2Norm => "l2-norm",
    }
}

named! {
    /// A place at a layer where activations can be taken.
    TapPoint {
        /// What enters the layer.
        Input => "input",
        /// The layer's result before its activation.
        PreActivation => "pre-activation",
        /// What leaves the layer.
        Output => "output",
    }
}

named! {
    /// Which way an order runs.
    Direction {
        /// Smallest first.
        Ascending => "ascending",
        /// Largest first.
        Descending => "descending",
    }
}

/// One activation to take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tap {
    /// Position of the layer, from 0.
    pub layer: u32,
    /// Where at the layer.
    pub point: TapPoint,
}

named! {
    /// What stands outside an image.
    Border {
        /// Zeros.
        Zero => "zero",
        /// The nearest pixel of the edge.
        Edge => "edge",
        /// The image mirrored without repeating the edge: `c b | a b c | b a`.
        Reflect => "reflect",
    }
}

/// A rectangle in pixels, which may lie partly outside its image. Row 0 covers 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Area {
    /// Upper side.
    pub top: f32,
    /// Left side.
    pub left: f32,
    /// Above 0.
    pub height: f32,
    /// Above 0.
    pub width: f32,
}

/// A rectangle of whole pixels inside an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cells {
    /// First row.
    pub top: u32,
    /// First column.
    pub left: u32,
    /// Number of rows.
    pub height: u32,
    /// Number of columns.
    pub width: u32,
}

/// The values that stand for black and for full brightness.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ValueRange {
    /// Black: what HSV calls 0.
    pub low: f32,
    /// Full brightness: what HSV calls 1.
    pub high: f32,
}
