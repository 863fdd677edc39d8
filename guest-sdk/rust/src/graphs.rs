//! Neighbour graphs of examples, and how smooth their labels are on them: the sum over edges of how
//! much the labels differ at both ends, `trace(Yᵀ L Y)` with a graph Laplacian `L` (Lassance et al.,
//! arXiv 2011.12737).

use std::collections::BTreeMap;

use crate::statistics::median;
use crate::{Batch, Dataset, Error, LayerKind, Network, Tap, Tensor};

/// One example's neighbour.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Neighbour {
    /// Its position.
    pub node: u32,
    /// How similar the two are.
    pub similarity: f64,
}

/// The `k` most similar other nodes of each node (fewer where there are fewer), the most similar first,
/// of a matrix of similarities `[n, n]`; of equals the first. Work: that of
/// [`Tensor::top_k`], and 2 × elements.
///
/// # Panics
/// If `n · k` is above 262,144.
#[track_caller]
pub fn nearest(similarity: &Tensor, k: u32) -> Vec<Vec<Neighbour>> {
    let nodes = similarity.shape()[0];
    let k = k.min(nodes.saturating_sub(1));
    if k == 0 {
        return vec![Vec::new(); nodes as usize];
    }
    let diagonal = Tensor::one_hot(&(0..nodes).collect::<Vec<_>>(), nodes);
    // No node is its own neighbour.
    let ranking = diagonal.choose(f32::NEG_INFINITY, similarity).top_k(k);
    let values = ranking.values.to_vec();
    let neighbour =
        |(&node, &similarity): (&u32, &f32)| Neighbour { node, similarity: f64::from(similarity) };
    let all: Vec<Neighbour> = ranking.indices.iter().zip(&values).map(neighbour).collect();
    all.chunks_exact(k as usize).map(<[Neighbour]>::to_vec).collect()
}

/// `trace(Yᵀ (D - A) Y)` for the one-hot rows `Y` of labels: the sum of `A` over ordered pairs of nodes
/// with different labels. `A` is symmetric: an edge is there if either end keeps it, with the
/// similarity of the two.
///
/// ```
/// # use assay_sdk::graphs::{Neighbour, smoothness};
/// let to = |node, similarity| vec![Neighbour { node, similarity }];
/// // 0 and 1 keep each other, 2 keeps 1.
/// assert_eq!(smoothness(&[to(1, 0.5), to(0, 0.5), to(1, 0.25)], &[7, 7, 8]), 0.5);
/// ```
pub fn smoothness(neighbours: &[Vec<Neighbour>], labels: &[u32]) -> f64 {
    let mut edges: BTreeMap<(u32, u32), f64> = BTreeMap::new();
    for (node, kept) in (0..).zip(neighbours) {
        for other in kept {
            let edge = (node.min(other.node), node.max(other.node));
            edges.insert(edge, other.similarity);
        }
    }
    let differ = |edge: &(u32, u32)| labels.get(edge.0 as usize) != labels.get(edge.1 as usize);
    2.0 * edges.iter().filter(|(edge, _)| differ(edge)).map(|(_, weight)| weight).sum::<f64>()
}

/// Every kept neighbour counts 1.
pub fn binary(neighbours: &[Vec<Neighbour>]) -> Vec<Vec<Neighbour>> {
    let one = |neighbour: &Neighbour| Neighbour { similarity: 1.0, ..*neighbour };
    neighbours.iter().map(|kept| kept.iter().map(one).collect()).collect()
}

/// The outputs of the layers that change what they are given, in order: dropout does nothing at
/// inference, and flattening leaves the features as they are.
pub fn changing_outputs(network: &Network<'_>) -> Vec<Tap> {
    let changes = |kind| !matches!(kind, LayerKind::Dropout | LayerKind::Flatten);
    let layers = (0..).zip(network.layers()).filter(|(_, layer)| changes(layer.kind));
    layers.map(|(at, _)| Tap::output(at)).collect()
}

/// Examples of a batch that one graph is made of, and how many batches.
const BATCH: u32 = 500;
const BATCHES: u32 = 11;

/// The median of a value over batches, as the team BrAIn takes it: 11 batches of 500 examples in stored
/// order, or as many complete ones as there are, at least one.
///
/// # Errors
/// Those of the batches and of the value.
pub fn median_over_batches(
    dataset: &Dataset<'_>,
    mut value: impl FnMut(&Batch) -> Result<f64, Error>,
) -> Result<f64, Error> {
    let batches = (dataset.examples() / BATCH).clamp(1, BATCHES) as usize;
    let values = dataset.batches(BATCH).take(batches).map(|batch| value(&batch?));
    Ok(median(&values.collect::<Result<Vec<_>, _>>()?))
}

#[cfg(test)]
mod tests {
    use super::{Neighbour, binary, smoothness};

    fn kept(lists: &[&[(u32, f64)]]) -> Vec<Vec<Neighbour>> {
        let one = |&(node, similarity): &(u32, f64)| Neighbour { node, similarity };
        lists.iter().map(|list| list.iter().map(one).collect()).collect()
    }

    #[test]
    fn only_edges_between_classes_count_once_in_each_direction() {
        let graph = kept(&[&[(1, 0.5), (2, 0.25)], &[(0, 0.5), (3, 0.125)], &[(0, 0.25)], &[]]);
        // Edges: 0-1 1/2, 0-2 1/4, 1-3 1/8.
        assert_eq!(smoothness(&graph, &[0, 1, 0, 0]), 2.0 * (0.5 + 0.125));
        assert_eq!(smoothness(&graph, &[4; 4]), 0.0);
        assert_eq!(smoothness(&binary(&graph), &[0, 1, 1, 0]), 2.0 * 3.0);
    }
}
