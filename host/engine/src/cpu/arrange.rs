//! Moving values without changing them: permute, slice, gather, concatenate.

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
}
