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

        /// Hands it over as a tensor; a number becomes a scalar, which broadcasts.
        fn with_tensor<R>(self, function: impl FnOnce(&Tensor) -> R) -> Result<R, Error>;
    }

    impl Operand for Tensor {
        fn apply(self, op: BinaryOp, left: &Tensor) -> Result<Tensor, Error> {
            (&self).apply(op, left)
        }

        fn with_tensor<R>(self, function: impl FnOnce(&Tensor) -> R) -> Result<R, Error> {
            Ok(function(&self))
        }
    }

    impl Operand for &Tensor {
        fn apply(self, op: BinaryOp, left: &Tensor) -> Result<Tensor, Error> {
            Ok(Tensor::from_raw(left.raw().binary(op, self.raw())?))
        }

        fn with_tensor<R>(self, function: impl FnOnce(&Tensor) -> R) -> Result<R, Error> {
            Ok(function(self))
        }
    }

    impl Operand for f32 {
        fn apply(self, op: BinaryOp, left: &Tensor) -> Result<Tensor, Error> {
            Ok(Tensor::from_raw(left.raw().binary_scalar(op, self)?))
        }

        fn with_tensor<R>(self, function: impl FnOnce(&Tensor) -> R) -> Result<R, Error> {
            Ok(function(&Tensor::try_from_values(&[], &[self])?))
        }
    }
}

impl Tensor {
    /// A function of every value, same shape. Work: elements; 16 × elements for exp, log, tanh,
    /// sigmoid, sine, cosine, log1p, expm1, erf.
    ///
    /// # Errors
    /// [`Error::TooLarge`] (no room for the result).
    pub fn try_unary(&self, op: UnaryOp) -> Result<Tensor, Error> {
        Ok(Self::from_raw(self.raw.unary(op)?))
    }

    /// A function of every pair of values; shapes broadcast. Work: elements of the result, 16 × for
    /// power and arc tangent.
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`], [`Error::TooLarge`].
    pub fn try_binary(&self, op: BinaryOp, other: impl Operand) -> Result<Tensor, Error> {
        other.apply(op, self)
    }

    /// Where this tensor is not zero (NaN counts as not zero) the value of `yes`, elsewhere that of
    /// `no`. The three broadcast to one shape; a number takes a call of its own. Work: elements of
    /// the result.
    ///
    /// ```no_run
    /// # fn leaky(x: &assay_sdk::Tensor) -> assay_sdk::Tensor {
    /// x.less(0.0).choose(x * 0.1, x)
    /// # }
    /// ```
    #[track_caller]
    pub fn choose(&self, yes: impl Operand, no: impl Operand) -> Tensor {
        settle("choose", self.try_choose(yes, no))
    }

    /// As [`choose`](Self::choose).
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`], [`Error::TooLarge`].
    pub fn try_choose(&self, yes: impl Operand, no: impl Operand) -> Result<Tensor, Error> {
        let choose = |yes: &Tensor, no: &Tensor| self.raw.choose(yes.raw(), no.raw());
        let chosen = yes.with_tensor(|yes| no.with_tensor(|no| choose(yes, no)))??;
        Ok(Self::from_raw(chosen?))
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
    /// Largest integer not above. Work: elements.
    floor, Floor;
    /// Smallest integer not below. Work: elements.
    ceil, Ceil;
    /// Nearest integer; halves go to the even one. Work: elements.
    round, Round;
    /// Sine. Work: 16 × elements.
    sin, Sine;
    /// Cosine. Work: 16 × elements.
    cos, Cosine;
    /// `log(1 + x)` without cancellation near 0; NaN below -1. Work: 16 × elements.
    ln_1p, Log1p;
    /// `exp(x) - 1` without cancellation near 0. Work: 16 × elements.
    exp_m1, Expm1;
    /// The error function. Work: 16 × elements.
    erf, Erf;
    /// 1 for NaN, 0 otherwise. Work: elements.
    is_nan, IsNan;
    /// 1 for finite values, 0 for infinities and NaN. Work: elements.
    is_finite, IsFinite;
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
    /// 1 where the two differ, else 0; NaN differs from everything. Shapes broadcast. Work: elements
    /// of the result.
    not_equal, NotEqual;
    /// 1 where this is less or equal, else 0. Shapes broadcast. Work: elements of the result.
    less_or_equal, LessOrEqual;
    /// 1 where this is greater or equal, else 0. Shapes broadcast. Work: elements of the result.
    greater_or_equal, GreaterOrEqual;
    /// This to the power of the other, as IEEE 754 `pow`. Shapes broadcast. Work: 16 × elements of
    /// the result.
    pow, Power;
    /// The angle of the point (other, this), in radians: `y.atan2(x)`. Shapes broadcast. Work: 16 ×
    /// elements of the result.
    atan2, ArcTangent;
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
