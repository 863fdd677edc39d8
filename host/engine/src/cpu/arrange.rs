//! Moving values without changing them: permute, slice, gather, pick, concatenate, stack, pad; and
//! tensors made of one or two values.

use crate::Tensor;

/// Axis `i` of the result is axis `axes[i]` of the tensor.
pub(crate) fn permute(tensor: &Tensor, axes: &[usize]) -> Tensor {
    let shape: Vec<usize> = axes.iter().map(|axis| tensor.shape()[*axis]).collect();
    let own = strides(tensor.shape());
    let steps: Vec<usize> = axes.iter().map(|axis| own[*axis]).collect();
    let values: Vec<f32> = offsets(&shape, &steps).map(|at| tensor.values()[at]).collect();
    Tensor::new(shape, values)
}

/// `length` positions of one axis from `start`.
pub(crate) fn slice(tensor: &Tensor, axis: usize, start: usize, length: usize) -> Tensor {
    let mut shape = tensor.shape().to_vec();
    let inner: usize = shape[axis + 1..].iter().product();
    let block = shape[axis] * inner;
    shape[axis] = length;
    let values = if block == 0 {
        Vec::new()
    } else {
        let part = |block: &[f32]| block[start * inner..][..length * inner].to_vec();
        tensor.values().chunks_exact(block).flat_map(part).collect()
    };
    Tensor::new(shape, values)
}

/// Rows in the order of `indices`.
pub(crate) fn gather_rows(shape: &[usize], values: &[f32], indices: &[u32]) -> Tensor {
    let row: usize = shape[1..].iter().product();
    let mut result = Vec::with_capacity(indices.len() * row);
    for index in indices {
        result.extend_from_slice(&values[*index as usize * row..][..row]);
    }
    let mut shape = shape.to_vec();
    shape[0] = indices.len();
    Tensor::new(shape, result)
}

/// Tensors after one another along an axis.
pub(crate) fn concat(parts: &[&Tensor], axis: usize, shape: Vec<usize>) -> Tensor {
    let outer: usize = shape[..axis].iter().product();
    let mut values = Vec::with_capacity(shape.iter().product());
    for index in 0..outer {
        for part in parts {
            let block: usize = part.shape()[axis..].iter().product();
            values.extend_from_slice(&part.values()[index * block..][..block]);
        }
    }
    Tensor::new(shape, values)
}

/// Tensors of one shape after one another along a new axis before position `axis`.
pub(crate) fn stack(parts: &[&Tensor], axis: usize) -> Tensor {
    let mut shape = parts.first().map_or_else(Vec::new, |part| part.shape().to_vec());
    let inner: usize = shape[axis..].iter().product();
    let outer: usize = shape[..axis].iter().product();
    shape.insert(axis, parts.len());
    let mut values = Vec::with_capacity(outer * parts.len() * inner);
    for index in 0..outer {
        for part in parts {
            values.extend_from_slice(&part.values()[index * inner..][..inner]);
        }
    }
    Tensor::new(shape, values)
}

/// The values surrounded by `value`: so many (before, after) along each axis.
pub(crate) fn pad(tensor: &Tensor, paddings: &[(usize, usize)], value: f32) -> Tensor {
    let axes = tensor.shape().iter().zip(paddings);
    let shape: Vec<usize> = axes.map(|(axis, (before, after))| before + axis + after).collect();
    let mut values = vec![value; shape.iter().product()];
    let steps = strides(&shape);
    let start: usize = paddings.iter().zip(&steps).map(|((before, _), step)| before * step).sum();
    match tensor.shape().split_last() {
        None => values.copy_from_slice(tensor.values()),
        Some((0, _)) => {}
        Some((&row, outer)) => {
            // Only whole rows move: the last axis stays together.
            let places = offsets(outer, &steps[..outer.len()]);
            for (from, at) in tensor.values().chunks_exact(row).zip(places) {
                values[start + at..][..row].copy_from_slice(from);
            }
        }
    }
    Tensor::new(shape, values)
}

/// Row `i` is zero but for a 1 at `indices[i]`: `[count, classes]`.
pub(crate) fn one_hot(indices: &[u32], classes: usize) -> Tensor {
    let mut values = vec![0.0; indices.len() * classes];
    for (row, index) in indices.iter().enumerate() {
        values[row * classes + *index as usize] = 1.0;
    }
    Tensor::new(vec![indices.len(), classes], values)
}

/// One value everywhere.
pub(crate) fn full(shape: Vec<usize>, value: f32) -> Tensor {
    let count = shape.iter().product();
    Tensor::new(shape, vec![value; count])
}

/// Value `indices[i]` of row `i`, where rows run along the last axis, which vanishes.
pub(crate) fn pick(tensor: &Tensor, indices: &[u32]) -> Tensor {
    let (row, shape) = tensor.shape().split_last().map_or((1, &[][..]), |(row, s)| (*row, s));
    let pick = |(at, index): (usize, &u32)| tensor.values()[at * row + *index as usize];
    Tensor::new(shape.to_vec(), indices.iter().enumerate().map(pick).collect::<Vec<_>>())
}

/// Row-major strides of a shape.
pub(crate) fn strides(shape: &[usize]) -> Vec<usize> {
    let mut strides = vec![1; shape.len()];
    for axis in (1..shape.len()).rev() {
        strides[axis - 1] = strides[axis] * shape[axis];
    }
    strides
}

/// Offsets of all positions of `shape` in row-major order, under these strides.
pub(crate) fn offsets(shape: &[usize], strides: &[usize]) -> impl Iterator<Item = usize> + use<> {
    let count: usize = shape.iter().product();
    let mut at = vec![0; shape.len()];
    let (shape, strides) = (shape.to_vec(), strides.to_vec());
    let mut offset = 0;
    (0..count).map(move |_| {
        let current = offset;
        for axis in (0..shape.len()).rev() {
            at[axis] += 1;
            offset += strides[axis];
            if at[axis] < shape[axis] {
                break;
            }
            offset -= strides[axis] * shape[axis];
            at[axis] = 0;
        }
        current
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counting(shape: &[usize]) -> Tensor {
        let count = shape.iter().product::<usize>();
        Tensor::new(shape.to_vec(), (0..count).map(|i| i as f32).collect::<Vec<_>>())
    }

    #[test]
    fn permuting_a_matrix_transposes_it() {
        let result = permute(&counting(&[2, 3]), &[1, 0]);
        assert_eq!(result.shape(), [3, 2]);
        assert_eq!(result.values(), [0.0, 3.0, 1.0, 4.0, 2.0, 5.0]);
    }

    #[test]
    fn permuting_back_restores() {
        let tensor = counting(&[2, 3, 4, 5]);
        assert_eq!(permute(&permute(&tensor, &[3, 1, 0, 2]), &[2, 1, 3, 0]), tensor);
    }

    #[test]
    fn slices_put_together_again_are_the_whole() {
        let tensor = counting(&[2, 5, 3]);
        let parts = [slice(&tensor, 1, 0, 2), slice(&tensor, 1, 2, 3)];
        assert_eq!(concat(&[&parts[0], &parts[1]], 1, vec![2, 5, 3]), tensor);
    }

    #[test]
    fn stacking_adds_an_axis_anywhere() {
        let (a, b) = (counting(&[2, 3]), full(vec![2, 3], 9.0));
        assert_eq!(stack(&[&a, &b], 0), concat(&[&a, &b], 0, vec![4, 3]).reshaped(vec![2, 2, 3]));
        let columns = stack(&[&a, &b], 2);
        assert_eq!(columns.shape(), [2, 3, 2]);
        assert_eq!(columns.values()[..4], [0.0, 9.0, 1.0, 9.0]);
        let middle = stack(&[&a, &b, &a], 1);
        assert_eq!(slice(&middle, 1, 2, 1).values(), a.values());
        let scalar = full(vec![], 4.0);
        assert_eq!(stack(&[&scalar, &scalar], 0), full(vec![2], 4.0));
        assert_eq!(stack(&[&counting(&[0, 3])], 1).shape(), [0, 1, 3]);
    }

    #[test]
    fn padding_surrounds_every_axis_and_slices_undo_it() {
        let padded = pad(&counting(&[2, 2]), &[(1, 0), (0, 2)], -1.0);
        assert_eq!(padded.shape(), [3, 4]);
        let rows = [[-1.0; 4], [0.0, 1.0, -1.0, -1.0], [2.0, 3.0, -1.0, -1.0]];
        assert_eq!(padded.values(), rows.as_flattened());
        let tensor = counting(&[2, 3, 4]);
        let paddings = [(2, 1), (0, 3), (1, 1)];
        let padded = pad(&tensor, &paddings, f32::NAN);
        assert_eq!(padded.values().iter().filter(|x| x.is_nan()).count(), 5 * 6 * 6 - 24);
        let cut =
            (0..3).fold(padded, |t, axis| slice(&t, axis, paddings[axis].0, tensor.shape()[axis]));
        assert_eq!(cut, tensor);
    }

    #[test]
    fn padding_of_scalars_and_of_nothing() {
        assert_eq!(pad(&full(vec![], 3.0), &[], 1.0), full(vec![], 3.0));
        assert_eq!(pad(&counting(&[2, 0]), &[(0, 1), (1, 0)], 5.0), full(vec![3, 1], 5.0));
        assert_eq!(pad(&counting(&[0, 2]), &[(1, 0), (0, 0)], 5.0), full(vec![1, 2], 5.0));
    }

    #[test]
    fn one_hot_rows_pick_their_value() {
        let rows = one_hot(&[2, 0], 3);
        assert_eq!(rows.values(), [0.0, 0.0, 1.0, 1.0, 0.0, 0.0]);
        assert_eq!(pick(&rows, &[2, 1]).values(), [1.0, 0.0]);
        assert_eq!(one_hot(&[], 3).shape(), [0, 3]);
        let picked = pick(&counting(&[2, 2, 3]), &[0, 1, 2, 0]);
        assert_eq!((picked.shape(), picked.values()), (&[2, 2][..], &[0.0, 4.0, 8.0, 9.0][..]));
    }
}
