//! The operations that calls name, with the meaning that the WIT documentation gives them.

macro_rules! named {
    ($(#[$doc:meta])* $name:ident { $($(#[$inner:meta])* $variant:ident => $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
    }
}

named! {
    /// Functions of two values; comparisons give 1 or 0, and any comparison with NaN is false.
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
#[derive(Debug, Clone, Copy, PartialEq)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ValueRange {
    /// Black: what HSV calls 0.
    pub low: f32,
    /// Full brightness: what HSV calls 1.
    pub high: f32,
}
