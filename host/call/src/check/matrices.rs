//! Checks of products, distances and decompositions of matrices.

use super::{Checked, Inventory, Plan, Rejected, fail, tensor};
use crate::limits::DECOMPOSED_MAX;
use crate::{Call, ErrorKind, price};

/// Work of singular values alone, per `m n min(m, n)`: some ten sweeps of rotations.
const VALUES: u64 = 64;
/// Work of a decomposition with its vectors.
const VECTORS: u64 = 96;

pub(super) fn check(call: &Call, inventory: &dyn Inventory) -> Checked {
    let find = |handle| matrix(tensor(inventory, handle)?);
    match call {
        Call::TensorMatmul { left, right } => {
            product(tensor(inventory, *left)?, tensor(inventory, *right)?)
        }
        Call::TensorGram { tensor } => {
            let [m, k] = find(*tensor)?;
            Ok(Plan::tensor(vec![m, m], price::matmul(m as u64, m as u64, k as u64)))
        }
        Call::TensorSquaredDistances { left, right } => {
            let [m, n, k] = rows(find(*left)?, find(*right)?)?;
            let work = price::matmul(m as u64, n as u64, k as u64).and_then(|w| w.checked_mul(2));
            Ok(Plan::tensor(vec![m, n], work))
        }
        Call::TensorCosineSimilarity { left, right } => {
            let [m, n, k] = rows(find(*left)?, find(*right)?)?;
            let norms = price::matmul(2, k as u64, m as u64 + n as u64);
            let work = price::matmul(m as u64, n as u64, k as u64);
            Ok(Plan::tensor(vec![m, n], work).with_work(norms))
        }
        Call::TensorSingularValues { tensor } => {
            let [m, n, r] = decomposed(find(*tensor)?)?;
            Ok(Plan::tensor(vec![r], price::decomposition(m as u64, n as u64, VALUES)))
        }
        Call::TensorSvd { tensor } => {
            let [m, n, r] = decomposed(find(*tensor)?)?;
            let work = price::decomposition(m as u64, n as u64, VECTORS);
            Ok(Plan { work, results: vec![vec![m, r], vec![r], vec![n, r]], bytes_out: 0 })
        }
        Call::TensorSymmetricEigen { tensor } => {
            let n = square(find(*tensor)?)?;
            let work = price::decomposition(n as u64, n as u64, VECTORS);
            Ok(Plan { work, results: vec![vec![n], vec![n, n]], bytes_out: 0 })
        }
        Call::TensorSolve { left, right } => {
            let n = square(find(*left)?)?;
            let [m, k] = find(*right)?;
            if m != n {
                let message = format!("{m} right sides' rows for a matrix of order {n}");
                return fail(ErrorKind::ShapeMismatch, message);
            }
            let (n, columns) = (n as u64, k as u64);
            let work = price::matmul(n, n, n).map(|cube| cube / 3);
            let substituted = price::matmul(n, n, columns).and_then(|w| w.checked_mul(2));
            Ok(Plan::tensor(vec![m, k], work).with_work(substituted))
        }
        // Every call of this file has its arm above; others never come here.
        _ => Err(Rejected::UnknownHandle),
    }
}

fn matrix(shape: &[usize]) -> Result<[usize; 2], Rejected> {
    match shape {
        [m, n] => Ok([*m, *n]),
        _ => fail(ErrorKind::ShapeMismatch, format!("shape {shape:?} is not a matrix")),
    }
}

/// Two matrices whose rows are compared: `m`, `n` and the rows' length.
fn rows([m, k]: [usize; 2], [n, other]: [usize; 2]) -> Result<[usize; 3], Rejected> {
    if k != other {
        let message = format!("rows of {k} and of {other} values cannot be compared");
        return fail(ErrorKind::ShapeMismatch, message);
    }
    Ok([m, n, k])
}

fn decomposed([m, n]: [usize; 2]) -> Result<[usize; 3], Rejected> {
    let shorter = m.min(n);
    if shorter as u64 > DECOMPOSED_MAX {
        let message = format!("a {m} x {n} matrix, at most {DECOMPOSED_MAX} in the shorter axis");
        return fail(ErrorKind::TooLarge, message);
    }
    Ok([m, n, shorter])
}

fn square([m, n]: [usize; 2]) -> Result<usize, Rejected> {
    if m != n {
        return fail(ErrorKind::ShapeMismatch, format!("a {m} x {n} matrix is not square"));
    }
    decomposed([m, n]).map(|[order, ..]| order)
}

fn product(left: &[usize], right: &[usize]) -> Checked {
    match (left, right) {
        ([m, k], [inner, n]) if k == inner => {
            let work = price::matmul(*m as u64, *k as u64, *n as u64);
            Ok(Plan::tensor(vec![*m, *n], work))
        }
        _ => {
            let message = format!("shapes {left:?} and {right:?} are no matrix product");
            fail(ErrorKind::ShapeMismatch, message)
        }
    }
}
