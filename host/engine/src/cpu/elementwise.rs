//! Functions of single values, of pairs, and the choice between two.

use assay_call::{BinaryOp, UnaryOp};

use super::activation;
use super::arrange::{offsets, strides};
use crate::Tensor;

/// A function of every value.
pub(crate) fn unary(op: UnaryOp, tensor: &Tensor) -> Tensor {
    let function: fn(f32) -> f32 = match op {
        UnaryOp::Negate => |x| -x,
        UnaryOp::Absolute => f32::abs,
        UnaryOp::Square => |x| x * x,
        UnaryOp::SquareRoot => f32::sqrt,
        UnaryOp::Reciprocal => |x| 1.0 / x,
        UnaryOp::Exp => libm::expf,
        UnaryOp::Log => libm::logf,
        UnaryOp::Tanh => libm::tanhf,
        UnaryOp::Sigmoid => activation::sigmoid,
        UnaryOp::Relu => activation::relu,
        UnaryOp::Sign => sign,
        UnaryOp::Floor => f32::floor,
        UnaryOp::Ceil => f32::ceil,
        UnaryOp::Round => f32::round_ties_even,
        UnaryOp::Sine => libm::sinf,
        UnaryOp::Cosine => libm::cosf,
        UnaryOp::Log1p => libm::log1pf,
        UnaryOp::Expm1 => libm::expm1f,
        UnaryOp::Erf => libm::erff,
        UnaryOp::IsNan => |x| truth(x.is_nan()),
        UnaryOp::IsFinite => |x| truth(x.is_finite()),
    };
    let values: Vec<f32> = tensor.values().iter().map(|x| function(*x)).collect();
    Tensor::new(tensor.shape().to_vec(), values)
}

/// A condition as a number.
fn truth(condition: bool) -> f32 {
    f32::from(u8::from(condition))
}

fn sign(x: f32) -> f32 {
    match x.partial_cmp(&0.0) {
        Some(std::cmp::Ordering::Less) => -1.0,
        Some(std::cmp::Ordering::Greater) => 1.0,
        Some(std::cmp::Ordering::Equal) => 0.0,
        None => f32::NAN,
    }
}

fn pair(op: BinaryOp) -> fn(f32, f32) -> f32 {
    match op {
        BinaryOp::Add => |a, b| a + b,
        BinaryOp::Subtract => |a, b| a - b,
        BinaryOp::Multiply => |a, b| a * b,
        BinaryOp::Divide => |a, b| a / b,
        BinaryOp::Minimum => |a, b| if a < b || a.is_nan() { a } else { b },
        BinaryOp::Maximum => |a, b| if a > b || a.is_nan() { a } else { b },
        BinaryOp::Equal => |a, b| truth(a == b),
        BinaryOp::Less => |a, b| truth(a < b),
        BinaryOp::Greater => |a, b| truth(a > b),
        BinaryOp::NotEqual => |a, b| truth(a != b),
        BinaryOp::LessOrEqual => |a, b| truth(a <= b),
        BinaryOp::GreaterOrEqual => |a, b| truth(a >= b),
        BinaryOp::Power => libm::powf,
        BinaryOp::ArcTangent => libm::atan2f,
    }
}

/// A function of every value and one number.
pub(crate) fn binary_scalar(op: BinaryOp, left: &Tensor, right: f32) -> Tensor {
    let function = pair(op);
    let values: Vec<f32> = left.values().iter().map(|a| function(*a, right)).collect();
    Tensor::new(left.shape().to_vec(), values)
}

/// A function of every pair of values, broadcasting to `shape`.
pub(crate) fn binary(op: BinaryOp, left: &Tensor, right: &Tensor, shape: &[usize]) -> Tensor {
    let function = pair(op);
    let values: Vec<f32> = if left.shape() == right.shape() {
        left.values().iter().zip(right.values()).map(|(a, b)| function(*a, *b)).collect()
    } else {
        let lefts = offsets(shape, &spread(left.shape(), shape));
        let rights = offsets(shape, &spread(right.shape(), shape));
        lefts.zip(rights).map(|(a, b)| function(left.values()[a], right.values()[b])).collect()
    };
    Tensor::new(shape.to_vec(), values)
}

/// Where `mask` is not zero (NaN is not) the value of `yes`, elsewhere that of `no`; the three
/// broadcast to `shape`.
pub(crate) fn choose(mask: &Tensor, yes: &Tensor, no: &Tensor, shape: &[usize]) -> Tensor {
    let choose = |mask: f32, yes: f32, no: f32| if mask == 0.0 { no } else { yes };
    let parts = [mask, yes, no];
    let values: Vec<f32> = if parts.iter().all(|part| part.shape() == shape) {
        let pairs = yes.values().iter().zip(no.values());
        mask.values().iter().zip(pairs).map(|(mask, (yes, no))| choose(*mask, *yes, *no)).collect()
    } else {
        let [masks, yeses, noes] = parts.map(|part| offsets(shape, &spread(part.shape(), shape)));
        let places = masks.zip(yeses).zip(noes);
        places
            .map(|((m, y), n)| choose(mask.values()[m], yes.values()[y], no.values()[n]))
            .collect()
    };
    Tensor::new(shape.to_vec(), values)
}

/// Strides under which a tensor of shape `from` fills `to`: repeated axes do not move.
fn spread(from: &[usize], to: &[usize]) -> Vec<usize> {
    let own = strides(from);
    let missing = to.len() - from.len();
    let axis = |axis: usize| match axis.checked_sub(missing) {
        Some(at) if from[at] != 1 => own[at],
        _ => 0,
    };
    (0..to.len()).map(axis).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_and_columns_broadcast() {
        let column = Tensor::new(vec![2, 1], vec![10.0, 20.0]);
        let row = Tensor::new(vec![3], vec![1.0, 2.0, 3.0]);
        let sum = binary(BinaryOp::Add, &column, &row, &[2, 3]);
        assert_eq!(sum.values(), [11.0, 12.0, 13.0, 21.0, 22.0, 23.0]);
    }

    #[test]
    fn nan_follows_the_documentation() {
        let nan = Tensor::new(vec![1], vec![f32::NAN]);
        for op in [BinaryOp::Minimum, BinaryOp::Maximum] {
            assert!(binary_scalar(op, &nan, 1.0).values()[0].is_nan());
            let one = Tensor::new(vec![1], vec![1.0]);
            assert!(binary_scalar(op, &one, f32::NAN).values()[0].is_nan());
        }
        for op in [BinaryOp::Equal, BinaryOp::Less, BinaryOp::Greater] {
            assert_eq!(binary_scalar(op, &nan, f32::NAN).values(), [0.0]);
        }
        assert!(unary(UnaryOp::Sign, &nan).values()[0].is_nan());
        assert!(unary(UnaryOp::Relu, &nan).values()[0].is_nan());
    }

    /// Every function against the platform's in 64-bit floats: at most 1.5 units in the last place.
    #[test]
    fn functions_are_those_of_mathematics() {
        type Reference = fn(f64) -> f64;
        let cases: [(UnaryOp, Reference); 5] = [
            (UnaryOp::Sine, f64::sin),
            (UnaryOp::Cosine, f64::cos),
            (UnaryOp::Log1p, f64::ln_1p),
            (UnaryOp::Expm1, f64::exp_m1),
            (UnaryOp::Exp, f64::exp),
        ];
        let points: Vec<f32> = (-400..400_i16)
            .map(|i| f32::from(i) * 0.21)
            .chain([1e-8, -1e-8, 1e-3, 1e6, -0.999, 0.0, 1e-40])
            .collect();
        let points = Tensor::new(vec![points.len()], points);
        for (op, reference) in cases {
            for (x, y) in points.values().iter().zip(unary(op, &points).values()) {
                assert_near(op.name(), *y, reference(f64::from(*x)));
            }
        }
        let base = unary(UnaryOp::Absolute, &points);
        for right in [-2.5, -1.0, 0.0, 0.5, 3.0, 1e-3] {
            let powers = binary_scalar(BinaryOp::Power, &base, right);
            let angles = binary_scalar(BinaryOp::ArcTangent, &points, right);
            for (at, (power, angle)) in powers.values().iter().zip(angles.values()).enumerate() {
                let (x, right) = (f64::from(points.values()[at]), f64::from(right));
                assert_near("power", *power, x.abs().powf(right));
                assert_near("arc-tangent", *angle, x.atan2(right));
            }
        }
    }

    fn assert_near(name: &str, value: f32, exact: f64) {
        let rounded = exact as f32;
        let unit =
            f64::from(rounded.abs().next_up() - rounded.abs()).max(f64::from(f32::MIN_POSITIVE));
        let near = rounded.to_bits() == value.to_bits()
            || (value.is_nan() && exact.is_nan())
            || (f64::from(value) - exact).abs() <= 1.5 * unit;
        assert!(near, "{name}: {value} for {exact}");
    }

    /// `[(x, math.erf(x)) for x in ...]` of Python.
    #[test]
    fn the_error_function() {
        let cases = [
            (0.0_f32, 0.0),
            (0.001_f32, 0.001_128_378_790_969_236_5),
            (0.1_f32, 0.112_462_916_018_284_9),
            (-0.5_f32, -0.520_499_877_813_046_5),
            (0.84375_f32, 0.767_225_661_232_341_6),
            (1.25_f32, 0.922_900_128_256_458_2),
            (-2.0_f32, -0.995_322_265_018_952_7),
            (2.857_f32, 0.999_946_641_739_913_1),
            (3.9_f32, 0.999_999_965_207_751_4),
            (-6.5_f32, -1.0),
        ];
        for (x, expected) in cases {
            let y = unary(UnaryOp::Erf, &Tensor::new(vec![], vec![x])).values()[0];
            assert!((f64::from(y) - expected).abs() <= 1.2e-7 * expected.abs(), "{x}: {y}");
        }
    }

    #[test]
    fn rounding_and_tests_of_values() {
        let x = [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 1e9, f32::INFINITY];
        let x = Tensor::new(vec![8], x.to_vec());
        let of = |op| unary(op, &x).values().to_vec();
        let far = [1e9, f32::INFINITY];
        assert_eq!(of(UnaryOp::Floor), [&[-3.0, -2.0, -1.0, 0.0, 1.0, 2.0], &far[..]].concat());
        assert_eq!(of(UnaryOp::Ceil), [&[-2.0, -1.0, 0.0, 1.0, 2.0, 3.0], &far[..]].concat());
        assert_eq!(of(UnaryOp::Round), [&[-2.0, -2.0, 0.0, 0.0, 2.0, 2.0], &far[..]].concat());
        assert_eq!(of(UnaryOp::IsFinite), [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.0]);
        let odd = Tensor::new(vec![3], vec![f32::NAN, f32::NEG_INFINITY, 0.0]);
        assert_eq!(unary(UnaryOp::IsNan, &odd).values(), [1.0, 0.0, 0.0]);
        assert_eq!(unary(UnaryOp::IsFinite, &odd).values(), [0.0, 0.0, 1.0]);
        let below = Tensor::new(vec![1], vec![-1.5]);
        assert!(unary(UnaryOp::Log1p, &below).values()[0].is_nan());
    }

    #[test]
    fn comparisons_and_powers_follow_the_documentation() {
        let x = Tensor::new(vec![4], vec![1.0, 2.0, 3.0, f32::NAN]);
        let with = |op| binary_scalar(op, &x, 2.0).values().to_vec();
        assert_eq!(with(BinaryOp::NotEqual), [1.0, 0.0, 1.0, 1.0]);
        assert_eq!(with(BinaryOp::LessOrEqual), [1.0, 1.0, 0.0, 0.0]);
        assert_eq!(with(BinaryOp::GreaterOrEqual), [0.0, 1.0, 1.0, 0.0]);
        // IEEE 754: x^0 and 1^x are 1 even for NaN.
        assert_eq!(binary_scalar(BinaryOp::Power, &x, 0.0).values(), [1.0; 4]);
        let one = Tensor::new(vec![1], vec![1.0]);
        assert_eq!(binary_scalar(BinaryOp::Power, &one, f32::NAN).values(), [1.0]);
        let negative = Tensor::new(vec![1], vec![-8.0]);
        assert_eq!(binary_scalar(BinaryOp::Power, &negative, 3.0).values(), [-512.0]);
        assert!(binary_scalar(BinaryOp::Power, &negative, 0.5).values()[0].is_nan());
    }

    #[test]
    fn choosing_broadcasts_all_three() {
        let mask = Tensor::new(vec![3], vec![0.0, f32::NAN, -0.0]);
        let yes = Tensor::new(vec![2, 1], vec![1.0, 2.0]);
        let no = Tensor::new(vec![], vec![9.0]);
        let chosen = choose(&mask, &yes, &no, &[2, 3]);
        assert_eq!(chosen.values(), [9.0, 1.0, 9.0, 9.0, 2.0, 9.0]);
        let same = choose(&mask, &mask, &mask, &[3]);
        assert_eq!(same.values()[0].to_bits(), 0);
        assert!(same.values()[1].is_nan());
    }
}
