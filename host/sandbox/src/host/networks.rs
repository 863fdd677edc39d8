//! Interface `networks`.

mod describe;

use assay_call::{
    Call, Descent as CallDescent, NetworkHandle, Objective as O, Pass, Reply, Tangent as T,
    Tap as CallTap,
};
use wasmtime::component::Resource;

use self::describe::{layer, parameter};
use super::operations::tap_point;
use super::{fallible, infallible};
use crate::bindings::assay::measure::networks::{
    Descent, Host, HostNetwork, Layer, Objective, Parameter, Tangent, Tap,
};
use crate::bindings::assay::measure::types::Error;
use crate::state::{NetworkEntry, State, TensorEntry};

type Fallible<T> = wasmtime::Result<Result<T, Error>>;
type Network = Resource<NetworkEntry>;
type Tensor = Resource<TensorEntry>;

impl State {
    fn network(&self, network: &Network) -> wasmtime::Result<NetworkHandle> {
        Ok(self.table.get(network)?.0)
    }

    /// Makes a handle for the network of a reply.
    fn network_handle(&mut self, call: Call) -> Fallible<Network> {
        let made: Fallible<_> = fallible!(self, call, Reply::Network(network) => network);
        match made? {
            Ok(network) => Ok(Ok(self.table.push(NetworkEntry(network))?)),
            Err(error) => Ok(Err(error)),
        }
    }

    fn pass(&self, network: &Network, layer: u32, batch: &Tensor) -> wasmtime::Result<Pass> {
        let (network, batch) = (self.network(network)?, self.tensor(batch)?);
        Ok(Pass { network, layer, batch })
    }

    fn objective(&self, objective: Objective) -> wasmtime::Result<O> {
        Ok(match objective {
            Objective::Cotangent(tensor) => O::Cotangent(self.tensor(&tensor)?),
            Objective::CrossEntropy(labels) => O::CrossEntropy(labels),
            Objective::SoftCrossEntropy(tensor) => O::SoftCrossEntropy(self.tensor(&tensor)?),
            Objective::SquaredError(tensor) => O::SquaredError(self.tensor(&tensor)?),
            Objective::Logit(classes) => O::Logit(classes),
            Objective::LogitDifference(pairs) => O::LogitDifference(pairs),
            Objective::Margin(labels) => O::Margin(labels),
        })
    }

    fn tangent(&self, tangent: Tangent) -> wasmtime::Result<T> {
        Ok(match tangent {
            Tangent::Batch(tensor) => T::Batch(self.tensor(&tensor)?),
            Tangent::Parameters(tensors) => T::Parameters(self.tensor_list(&tensors)?),
        })
    }
}

fn call_taps(taps: Vec<Tap>) -> Vec<CallTap> {
    let tap = |tap: Tap| CallTap { layer: tap.layer, point: tap_point(tap.point) };
    taps.into_iter().map(tap).collect()
}

impl Host for State {}

impl HostNetwork for State {
    fn input_shape(&mut self, own: Network) -> wasmtime::Result<Vec<u32>> {
        let call = Call::NetworkInputShape { network: self.network(&own)? };
        infallible!(self, call, Reply::Shape(shape) => shape)
    }

    fn layers(&mut self, own: Network) -> wasmtime::Result<Vec<Layer>> {
        let call = Call::NetworkLayers { network: self.network(&own)? };
        infallible!(self, call, Reply::Layers(layers) => layers.iter().map(layer).collect())
    }

    fn parameters(&mut self, own: Network) -> wasmtime::Result<Vec<Parameter>> {
        let call = Call::NetworkParameters { network: self.network(&own)? };
        infallible!(self, call, Reply::Parameters(list) => list.iter().map(parameter).collect())
    }

    fn parameter(&mut self, own: Network, index: u32) -> Fallible<Tensor> {
        let network = self.network(&own)?;
        self.handle(Call::NetworkParameter { network, index })
    }

    fn initial_parameter(&mut self, own: Network, index: u32) -> Fallible<Tensor> {
        let network = self.network(&own)?;
        self.handle(Call::NetworkInitialParameter { network, index })
    }

    fn logits(&mut self, own: Network, batch: Tensor) -> Fallible<Tensor> {
        let (network, batch) = (self.network(&own)?, self.tensor(&batch)?);
        self.handle(Call::NetworkLogits { network, batch })
    }

    fn activations(
        &mut self,
        own: Network,
        batch: Tensor,
        taps: Vec<Tap>,
    ) -> Fallible<Vec<Tensor>> {
        let (network, batch) = (self.network(&own)?, self.tensor(&batch)?);
        let taps = call_taps(taps);
        self.handles(Call::NetworkActivations { network, batch, taps })
    }

    fn logits_from(&mut self, own: Network, layer: u32, activation: Tensor) -> Fallible<Tensor> {
        let (network, activation) = (self.network(&own)?, self.tensor(&activation)?);
        self.handle(Call::NetworkLogitsFrom { network, layer, activation })
    }

    fn activations_from(
        &mut self,
        own: Network,
        layer: u32,
        activation: Tensor,
        taps: Vec<Tap>,
    ) -> Fallible<Vec<Tensor>> {
        let (network, activation) = (self.network(&own)?, self.tensor(&activation)?);
        let taps = call_taps(taps);
        self.handles(Call::NetworkActivationsFrom { network, layer, activation, taps })
    }

    fn objective(
        &mut self,
        own: Network,
        layer: u32,
        batch: Tensor,
        objective: Objective,
    ) -> Fallible<Tensor> {
        let pass = self.pass(&own, layer, &batch)?;
        let objective = State::objective(self, objective)?;
        self.handle(Call::NetworkObjective { pass, objective })
    }

    fn gradients(
        &mut self,
        own: Network,
        layer: u32,
        batch: Tensor,
        objective: Objective,
        taps: Vec<Tap>,
    ) -> Fallible<Vec<Tensor>> {
        let pass = self.pass(&own, layer, &batch)?;
        let objective = State::objective(self, objective)?;
        self.handles(Call::NetworkGradients { pass, objective, taps: call_taps(taps) })
    }

    fn parameter_gradients(
        &mut self,
        own: Network,
        layer: u32,
        batch: Tensor,
        objective: Objective,
    ) -> Fallible<Vec<Tensor>> {
        let pass = self.pass(&own, layer, &batch)?;
        let objective = State::objective(self, objective)?;
        self.handles(Call::NetworkParameterGradients { pass, objective })
    }

    fn jacobian_vector(
        &mut self,
        own: Network,
        layer: u32,
        batch: Tensor,
        tangent: Tangent,
        taps: Vec<Tap>,
    ) -> Fallible<Vec<Tensor>> {
        let pass = self.pass(&own, layer, &batch)?;
        let tangent = State::tangent(self, tangent)?;
        self.handles(Call::NetworkJacobianVector { pass, tangent, taps: call_taps(taps) })
    }

    fn hessian_vector(
        &mut self,
        own: Network,
        layer: u32,
        batch: Tensor,
        objective: Objective,
        tangent: Tangent,
    ) -> Fallible<Vec<Tensor>> {
        let pass = self.pass(&own, layer, &batch)?;
        let objective = State::objective(self, objective)?;
        let tangent = State::tangent(self, tangent)?;
        self.handles(Call::NetworkHessianVector { pass, objective, tangent })
    }

    fn apply_linear(&mut self, own: Network, layer: u32, activation: Tensor) -> Fallible<Tensor> {
        let (network, activation) = (self.network(&own)?, self.tensor(&activation)?);
        self.handle(Call::NetworkApplyLinear { network, layer, activation })
    }

    fn apply_transpose(
        &mut self,
        own: Network,
        layer: u32,
        activation: Tensor,
    ) -> Fallible<Tensor> {
        let (network, activation) = (self.network(&own)?, self.tensor(&activation)?);
        self.handle(Call::NetworkApplyTranspose { network, layer, activation })
    }

    fn with_parameters(
        &mut self,
        own: Network,
        replacements: Vec<(u32, Tensor)>,
    ) -> Fallible<Network> {
        let network = self.network(&own)?;
        let replaced = replacements.iter().map(|(at, tensor)| Ok((*at, self.tensor(tensor)?)));
        let replacements = replaced.collect::<wasmtime::Result<_>>()?;
        self.network_handle(Call::NetworkWithParameters { network, replacements })
    }

    fn train(
        &mut self,
        own: Network,
        examples: Tensor,
        labels: Vec<u32>,
        descent: Descent,
    ) -> Fallible<Network> {
        let (network, examples) = (self.network(&own)?, self.tensor(&examples)?);
        let Descent { learning_rate, momentum, weight_decay, batch_size, steps } = descent;
        let descent = CallDescent { learning_rate, momentum, weight_decay, batch_size, steps };
        self.network_handle(Call::NetworkTrain { network, examples, labels, descent })
    }

    fn drop(&mut self, own: Network) -> wasmtime::Result<()> {
        let entry = self.table.delete(own)?;
        infallible!(self, Call::NetworkDrop { network: entry.0 }, Reply::Done => ())
    }
}
