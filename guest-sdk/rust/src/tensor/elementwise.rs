//! Functions of single values and of pairs of values, and the operators.

use std::ops::{Add, Div, Mul, Neg, Sub};

use super::{BinaryOp, Tensor, UnaryOp};
use crate::Error;
use crate::error::settle;

/// The right side of a function of two values: a tensor, a reference to one, or a number.
pub trait Operand: private::Operand {}

impl Operand for Tensor {}
impl Operand for &Tensor {}
impl Operand for f32 {}

mod private {
    use super::{BinaryOp, Error, Tensor};

    /// Sealed: only what the contract can take crosses the border.
    pub trait Operand {
        fn apply(self, op: BinaryOp, left: &Tensor) -> Result<Tensor, Error>;
    }

    impl Operand for Tensor {
        fn apply(self, op: BinaryOp, left: &Tensor) -> Result<Tensor, Error> {
            (&self).apply(op, left)
        }
    }

    impl Operand for &Tensor {
        fn apply(self, op: BinaryOp, left: &Tensor) -> Result<Tensor, Error> {
            Ok(Tensor::from_raw(left.raw().binary(op, self.raw())?))
        }
    }

    impl Operand for f32 {
        fn apply(self, op: BinaryOp, left: &Tensor) -> Result<Tensor, Error> {
            Ok(Tensor::from_raw(left.raw().binary_scalar(op, self)?))
        }
    }
}

impl Tensor {
    /// A function of every value, same shape. Work: elements (16 × elements for exp, log, tanh,
    /// sigmoid).
    ///
    /// # Errors
    /// [`Error::TooLarge`] (no room for the result).
    pub fn try_unary(&self, op: UnaryOp) -> Result<Tensor, Error> {
        Ok(Self::from_raw(self.raw.unary(op)?))
    }

    /// A function of every pair of values; shapes broadcast. Work: elements of the result.
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`], [`Error::TooLarge`].
    pub fn try_binary(&self, op: BinaryOp, other: impl Operand) -> Result<Tensor, Error> {
        other.apply(op, self)
    }
}

macro_rules! unary {
    ($($(#[$doc:meta])* $method:ident, $op:ident;)+) => {
        impl Tensor {
            $(
                $(#[$doc])*
                #[track_caller]
                pub fn $method(&self) -> Tensor {
                    settle(stringify!($method), self.try_unary(UnaryOp::$op))
                }
            )+
        }
    };
}

unary! {
    /// Absolute values. Work: elements.
    abs, Absolute;
    /// `x · x`. Work: elements.
    square, Square;
    /// Square root; NaN below zero. Work: elements.
    sqrt, SquareRoot;
    /// `1 / x`. Work: elements.
    reciprocal, Reciprocal;
    /// `e^x`. Work: 16 × elements.
    exp, Exp;
    /// Natural logarithm; NaN below zero. Work: 16 × elements.
    ln, Log;
    /// Hyperbolic tangent. Work: 16 × elements.
    tanh, Tanh;
    /// `1 / (1 + exp(-x))`. Work: 16 × elements.
    sigmoid, Sigmoid;
    /// `max(x, 0)`. Work: elements.
    relu, Relu;
    /// -1, 0 or 1; NaN for NaN. Work: elements.
    sign, Sign;
}

macro_rules! binary {
    ($($(#[$doc:meta])* $method:ident, $op:ident;)+) => {
        impl Tensor {
            $(
                $(#[$doc])*
                #[track_caller]
                pub fn $method(&self, other: impl Operand) -> Tensor {
                    settle(stringify!($method), self.try_binary(BinaryOp::$op, other))
                }
            )+
        }
    };
}

binary! {
    /// The smaller of each pair; NaN if either is. Shapes broadcast. Work: elements of the result.
    minimum, Minimum;
    /// The larger of each pair; NaN if either is. Shapes broadcast. Work: elements of the result.
    maximum, Maximum;
    /// 1 where the two are equal, else 0. Shapes broadcast. Work: elements of the result.
    equal, Equal;
    /// 1 where this is less, else 0. Shapes broadcast. Work: elements of the result.
    less, Less;
    /// 1 where this is greater, else 0. Shapes broadcast. Work: elements of the result.
    greater, Greater;
}

macro_rules! operators {
    ($($operator:ident, $method:ident, $op:ident;)+) => {
        $(
            impl<O: Operand> $operator<O> for &Tensor {
                type Output = Tensor;

                #[track_caller]
                fn $method(self, right: O) -> Tensor {
                    settle(stringify!($method), self.try_binary(BinaryOp::$op, right))
                }
            }

            impl<O: Operand> $operator<O> for Tensor {
                type Output = Tensor;

                #[track_caller]
                fn $method(self, right: O) -> Tensor {
                    settle(stringify!($method), self.try_binary(BinaryOp::$op, right))
                }
            }

            // A number on the left crosses as a scalar tensor, which broadcasts: one call more, but
            // the same rounding as if it were written on the host's side.
            impl $operator<&Tensor> for f32 {
                type Output = Tensor;

                #[track_caller]
                fn $method(self, right: &Tensor) -> Tensor {
                    let left = Tensor::from_scalar(self);
                    settle(stringify!($method), left.try_binary(BinaryOp::$op, right))
                }
            }

            impl $operator<Tensor> for f32 {
                type Output = Tensor;

                #[track_caller]
                fn $method(self, right: Tensor) -> Tensor {
                    self.$method(&right)
                }
            }
        )+
    };
}

operators! {
    Add, add, Add;
    Sub, sub, Subtract;
    Mul, mul, Multiply;
    Div, div, Divide;
}

impl Neg for &Tensor {
    type Output = Tensor;

    #[track_caller]
    fn neg(self) -> Tensor {
        settle("neg", self.try_unary(UnaryOp::Negate))
    }
}

impl Neg for Tensor {
    type Output = Tensor;

    #[track_caller]
    fn neg(self) -> Tensor {
        -&self
    }
}
