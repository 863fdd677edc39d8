//! The contract's enumerations as the call boundary's.

use assay_call::{
    BinaryOp as B, Border as O, Direction as D, ReduceOp as R, TapPoint as P, UnaryOp as U,
};

use crate::bindings::assay::measure::images::Border;
use crate::bindings::assay::measure::networks::TapPoint;
use crate::bindings::assay::measure::tensors::{BinaryOp, Direction, ReduceOp, UnaryOp};

/// A function from one enumeration to another with the same cases: a case that one of them lacks
/// does not compile.
macro_rules! translate {
    ($name:ident: $from:ident => $to:ident { $($case:ident),+ $(,)? }) => {
        pub(super) fn $name(value: $from) -> $to {
            match value { $($from::$case => $to::$case,)+ }
        }
    };
}

translate! { unary_op: UnaryOp => U {
    Negate,
    Absolute,
    Square,
    SquareRoot,
    Reciprocal,
    Exp,
    Log,
    Tanh,
    Sigmoid,
    Relu,
    Sign,
    Floor,
    Ceil,
    Round,
    Sine,
    Cosine,
    Log1p,
    Expm1,
    Erf,
    IsNan,
    IsFinite,
} }
translate! { binary_op: BinaryOp => B {
    Add,
    Subtract,
    Multiply,
    Divide,
    Minimum,
    Maximum,
    Equal,
    Less,
    Greater,
    NotEqual,
    LessOrEqual,
    GreaterOrEqual,
    Power,
    ArcTangent,
} }
translate! { reduce_op: ReduceOp => R {
    Sum,
    Mean,
    Maximum,
    Minimum,
    Variance,
    L1Norm,
    L2Norm,
} }
translate! { direction: Direction => D {
    Ascending,
    Descending,
} }
translate! { border: Border => O {
    Zero,
    Edge,
    Reflect,
} }
translate! { tap_point: TapPoint => P {
    Input,
    PreActivation,
    Output,
} }
