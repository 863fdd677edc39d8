//! Units made by hand: what code of the SDK computes on them is what it should be, on any thread.

mod common;

use assay_native::parts::{Activation, Dataset, LayerKind, Layers, Padding, Window};
use assay_native::{DEFAULT_SEED, Error, Unit};
use assay_sdk::{
    Descent, Measure, Network, Objective, ParameterRole, Tap, Tensor, budget, images, random,
};

use common::larger_of_two;

struct TrainingError;

impl Measure for TrainingError {
    const NAME: &str = "training-error";
    const AUTHORS: &[&str] = &["Assay"];

    fn evaluate(
        network: &Network<'_>,
        dataset: &assay_sdk::Dataset<'_>,
        _: u64,
    ) -> Result<f64, assay_sdk::Error> {
        Ok(1.0 - dataset.first(1000)?.accuracy(network)?)
    }
}

struct Seed;

impl Measure for Seed {
    const NAME: &str = "seed";
    const AUTHORS: &[&str] = &["Assay"];

    fn evaluate(
        _: &Network<'_>,
        _: &assay_sdk::Dataset<'_>,
        seed: u64,
    ) -> Result<f64, assay_sdk::Error> {
        Ok(f64::from(random::uniform(seed, 0, &[]).scalar()))
    }
}

#[test]
fn a_measure_has_its_value_and_its_price() {
    let run = larger_of_two().run::<TrainingError>().unwrap();
    assert_eq!(run.value, 1.0 - 2.0 / 3.0);
    // Number of examples; inputs; labels; logits; largest logits; two tensors dropped.
    assert_eq!(run.calls, 7);
    // By docs/prices.md: 1000 a call; a count; 6 inputs; 3 labels; 3 examples of 4 multiply-adds and 6 logits;
    // those again, and 3 positions.
    assert_eq!(run.work, 7000 + 1 + 6 + 3 + (3 * 4 + 6) + (6 + 3));
    assert!(run.log.is_empty());
}

#[test]
fn the_seed_is_the_one_given() {
    let unit = larger_of_two();
    assert_eq!(unit.seed(), DEFAULT_SEED);
    let value = |unit: &Unit| unit.run::<Seed>().unwrap().value;
    let default = value(&unit);
    assert_eq!(default, value(&unit));
    assert_eq!(default, value(&unit.clone().with_seed(DEFAULT_SEED)));
    assert_ne!(default, value(&unit.with_seed(1)));
}

#[test]
fn every_kind_of_answer_comes_back() {
    let run = larger_of_two().run_with(|network, dataset| {
        assert_eq!((dataset.examples(), dataset.classes()), (3, 2));
        assert_eq!((dataset.shape(), network.input_shape()), (vec![2], vec![2]));
        assert_eq!((dataset.statistics().minimum, dataset.statistics().maximum), (0.5, 5.0));
        assert_eq!(dataset.class(1)?, [1, 2]);
        let kernel = network.parameters().next().ok_or("no parameter")?;
        assert_eq!((kernel.role, kernel.shape.as_slice()), (ParameterRole::Kernel, &[2, 2][..]));
        let doubled = network.with_parameters(&[(0, &(kernel.value() * 2.0))])?;
        let batch = dataset.first(3)?;
        assert_eq!(doubled.logits(&batch.inputs)?.read(0, 2), [6.0, 2.0]);
        let margin = Objective::Margin(&batch.labels);
        let slopes = network.gradients(0, &batch.inputs, margin, &[Tap::input(0)])?.remove(0);
        assert_eq!(slopes.to_vec(), [1.0, -1.0, -1.0, 1.0, -1.0, 1.0]);
        let trained = network.train(&batch.inputs, &batch.labels, &Descent::new(0.5, 3, 20))?;
        assert!(batch.loss(&trained)? < batch.loss(network)?);
        let best = batch.inputs.top_k(1);
        assert_eq!((best.values.to_vec(), best.indices), (vec![3.0, 5.0, 4.0], vec![0, 1, 0]));
        let svd = Tensor::from_values(&[2, 2], &[3.0, 0.0, 0.0, 4.0]).svd()?;
        assert_eq!(svd.values.to_vec(), [4.0, 3.0]);
        Ok(())
    });
    run.unwrap();
}

#[test]
fn images_and_layers_are_described() {
    let convolution = LayerKind::Conv2d {
        filters: 1,
        window: Window { size: [2, 2], strides: [1, 2], padding: Padding::Valid },
        activation: Activation::Relu6,
        bias: true,
    };
    let layers = Layers::from_input(&[3, 4, 1]).layer(convolution, &[&[1.0; 4], &[0.5]]);
    let network = layers.layer(LayerKind::Flatten, &[]).network().unwrap();
    let data = Dataset::new(vec![3, 4, 1], (0..12_u8).map(f32::from).collect(), vec![0], 2);
    let unit = Unit::new(network, data.unwrap()).unwrap();
    let run = unit.run_with(|network, dataset| {
        let [first, last] = network.layers().try_into().map_err(|_| "not two layers")?;
        assert_eq!(first.activation, assay_sdk::Activation::Relu6);
        let window = first.window.ok_or("no window")?;
        assert_eq!((window.size, window.strides), ((2, 2), (1, 2)));
        assert!(!window.same_padding && last.window.is_none());
        assert_eq!((last.kind, last.output_shape), (assay_sdk::LayerKind::Flatten, vec![4]));
        let batch = dataset.batch(0, 1)?;
        assert_eq!(images::flip_horizontal(&batch)?.read(0, 4), [3.0, 2.0, 1.0, 0.0]);
        network.logits(&batch).map(|logits| logits.to_vec())
    });
    assert_eq!(run.unwrap().value, [6.0; 4]);
}

#[test]
fn the_budget_is_the_published_one_unless_another_is_set() {
    let unit = larger_of_two();
    // A million examples of 4 multiply-adds, and the work for arithmetic.
    assert_eq!(unit.work_max(), 10_004_000_000);
    let seen = unit.with_work_max(5000).run_with(|_, _| {
        Ok([budget::work_limit(), budget::work_left(), budget::fuel_limit(), budget::fuel_left()])
    });
    let [limit, left, fuel_limit, fuel_left] = seen.unwrap().value;
    assert_eq!(limit, 5000);
    assert!(left <= 3000 && left > 2900, "{left}");
    assert_eq!(fuel_limit, fuel_left);
}

#[test]
fn what_does_not_fit_is_refused_by_name() {
    let dense = |units| LayerKind::Dense { units, activation: Activation::Linear, bias: false };
    let misfit = |error: Error| matches!(error, Error::Misfit(_)).then(|| error.to_string());
    let error = Layers::from_input(&[2]).layer(dense(2), &[&[1.0]]).network().unwrap_err();
    assert!(misfit(error).unwrap().contains("layer 0 kernel"));
    let network = || Layers::from_input(&[2]).layer(dense(2), &[&[1.0; 4]]).network().unwrap();
    let data = |shape, classes| Dataset::new(vec![shape], vec![0.0; 6], vec![0, 0], classes);
    let error = Unit::new(network(), data(3, 2).unwrap()).err().unwrap();
    assert!(misfit(error).unwrap().contains("[2], the examples have shape [3]"));
    let data = Dataset::new(vec![2], vec![0.0; 2], vec![2], 3).unwrap();
    let error = Unit::new(network(), data).err().unwrap();
    assert!(misfit(error).unwrap().contains("2 outputs for 3 classes"));
}

#[test]
fn units_on_several_threads_do_not_meet() {
    let unit = larger_of_two();
    let alone: Vec<_> = (0..8).map(|seed| unit.clone().with_seed(seed).run::<Seed>()).collect();
    let together: Vec<_> = std::thread::scope(|scope| {
        let unit = &unit;
        let threads: Vec<_> = (0..8)
            .map(|seed| {
                scope.spawn(move || {
                    let unit = unit.clone().with_seed(seed);
                    let runs: Vec<_> = (0..50).map(|_| unit.run::<Seed>()).collect();
                    assert!(runs.iter().all(|run| run == &runs[0]));
                    unit.run::<Seed>()
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(alone, together);
}
