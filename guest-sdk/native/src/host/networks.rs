//! Interface `networks`.

use assay_call::{
    Call, Descent as CallDescent, NetworkHandle, Objective as O, Pass, Reply, Tangent as T,
    Tap as CallTap,
};
use assay_sdk::native::Error;
use assay_sdk::native::networks::{
    Descent, Layer, Network, Networks, Objective, Parameter, Tangent, Tap,
};
use assay_sdk::native::tensors::Tensor;

use super::operations::{self, tap_point};
use super::tensors::{handle, handles};
use super::{NativeHost, taken};

type Made<T = Tensor> = Result<T, Error>;

fn own_handle(network: &Network) -> NetworkHandle {
    NetworkHandle(network.number())
}

fn call_taps(taps: &[Tap]) -> Vec<CallTap> {
    taps.iter().map(|tap| CallTap { layer: tap.layer, point: tap_point(tap.point) }).collect()
}

fn call_pass(network: &Network, layer: u32, batch: &Tensor) -> Pass {
    Pass { network: own_handle(network), layer, batch: handle(batch) }
}

fn call_objective(objective: &Objective<'_>) -> O {
    match objective {
        Objective::Cotangent(tensor) => O::Cotangent(handle(tensor)),
        Objective::CrossEntropy(labels) => O::CrossEntropy(labels.clone()),
        Objective::SoftCrossEntropy(tensor) => O::SoftCrossEntropy(handle(tensor)),
        Objective::SquaredError(tensor) => O::SquaredError(handle(tensor)),
        Objective::Logit(classes) => O::Logit(classes.clone()),
        Objective::LogitDifference(pairs) => O::LogitDifference(pairs.clone()),
        Objective::Margin(labels) => O::Margin(labels.clone()),
    }
}

fn call_tangent(tangent: &Tangent<'_>) -> T {
    match tangent {
        Tangent::Batch(tensor) => T::Batch(handle(tensor)),
        Tangent::Parameters(tensors) => T::Parameters(handles(tensors)),
    }
}

impl NativeHost {
    /// Asks for a network.
    fn network(&self, call: Call) -> Made<Network> {
        let made = taken!(self, self.ask(call)?, Reply::Network(network) => network);
        Ok(Network::numbered(made.0))
    }
}

impl Networks for NativeHost {
    fn input_shape(&self, own: &Network) -> Vec<u32> {
        let call = Call::NetworkInputShape { network: own_handle(own) };
        taken!(self, self.ask_infallible(call), Reply::Shape(shape) => shape)
    }

    fn layers(&self, own: &Network) -> Vec<Layer> {
        let call = Call::NetworkLayers { network: own_handle(own) };
        let layers = taken!(self, self.ask_infallible(call), Reply::Layers(layers) => layers);
        layers.iter().map(operations::layer).collect()
    }

    fn parameters(&self, own: &Network) -> Vec<Parameter> {
        let call = Call::NetworkParameters { network: own_handle(own) };
        let list = taken!(self, self.ask_infallible(call), Reply::Parameters(list) => list);
        list.iter().map(operations::parameter).collect()
    }

    fn parameter(&self, own: &Network, index: u32) -> Made {
        self.tensor(Call::NetworkParameter { network: own_handle(own), index })
    }

    fn initial_parameter(&self, own: &Network, index: u32) -> Made {
        self.tensor(Call::NetworkInitialParameter { network: own_handle(own), index })
    }

    fn logits(&self, own: &Network, batch: &Tensor) -> Made {
        self.tensor(Call::NetworkLogits { network: own_handle(own), batch: handle(batch) })
    }

    fn activations(&self, own: &Network, batch: &Tensor, taps: &[Tap]) -> Made<Vec<Tensor>> {
        let (network, batch, taps) = (own_handle(own), handle(batch), call_taps(taps));
        self.tensors(Call::NetworkActivations { network, batch, taps })
    }

    fn logits_from(&self, own: &Network, layer: u32, activation: &Tensor) -> Made {
        let (network, activation) = (own_handle(own), handle(activation));
        self.tensor(Call::NetworkLogitsFrom { network, layer, activation })
    }

    fn activations_from(
        &self,
        own: &Network,
        layer: u32,
        activation: &Tensor,
        taps: &[Tap],
    ) -> Made<Vec<Tensor>> {
        let (network, activation) = (own_handle(own), handle(activation));
        let taps = call_taps(taps);
        self.tensors(Call::NetworkActivationsFrom { network, layer, activation, taps })
    }

    fn objective(
        &self,
        own: &Network,
        layer: u32,
        batch: &Tensor,
        objective: &Objective<'_>,
    ) -> Made {
        let (pass, objective) = (call_pass(own, layer, batch), call_objective(objective));
        self.tensor(Call::NetworkObjective { pass, objective })
    }

    fn gradients(
        &self,
        own: &Network,
        layer: u32,
        batch: &Tensor,
        objective: &Objective<'_>,
        taps: &[Tap],
    ) -> Made<Vec<Tensor>> {
        let (pass, objective) = (call_pass(own, layer, batch), call_objective(objective));
        self.tensors(Call::NetworkGradients { pass, objective, taps: call_taps(taps) })
    }

    fn parameter_gradients(
        &self,
        own: &Network,
        layer: u32,
        batch: &Tensor,
        objective: &Objective<'_>,
    ) -> Made<Vec<Tensor>> {
        let (pass, objective) = (call_pass(own, layer, batch), call_objective(objective));
        self.tensors(Call::NetworkParameterGradients { pass, objective })
    }

    fn jacobian_vector(
        &self,
        own: &Network,
        layer: u32,
        batch: &Tensor,
        tangent: &Tangent<'_>,
        taps: &[Tap],
    ) -> Made<Vec<Tensor>> {
        let (pass, tangent) = (call_pass(own, layer, batch), call_tangent(tangent));
        self.tensors(Call::NetworkJacobianVector { pass, tangent, taps: call_taps(taps) })
    }

    fn hessian_vector(
        &self,
        own: &Network,
        layer: u32,
        batch: &Tensor,
        objective: &Objective<'_>,
        tangent: &Tangent<'_>,
    ) -> Made<Vec<Tensor>> {
        let (pass, tangent) = (call_pass(own, layer, batch), call_tangent(tangent));
        let objective = call_objective(objective);
        self.tensors(Call::NetworkHessianVector { pass, objective, tangent })
    }

    fn apply_linear(&self, own: &Network, layer: u32, activation: &Tensor) -> Made {
        let (network, activation) = (own_handle(own), handle(activation));
        self.tensor(Call::NetworkApplyLinear { network, layer, activation })
    }

    fn apply_transpose(&self, own: &Network, layer: u32, activation: &Tensor) -> Made {
        let (network, activation) = (own_handle(own), handle(activation));
        self.tensor(Call::NetworkApplyTranspose { network, layer, activation })
    }

    fn with_parameters(&self, own: &Network, replacements: &[(u32, &Tensor)]) -> Made<Network> {
        let replacements = replacements.iter().map(|(at, tensor)| (*at, handle(tensor))).collect();
        self.network(Call::NetworkWithParameters { network: own_handle(own), replacements })
    }

    fn train(
        &self,
        own: &Network,
        examples: &Tensor,
        labels: &[u32],
        descent: Descent,
    ) -> Made<Network> {
        let (network, examples) = (own_handle(own), handle(examples));
        let Descent { learning_rate, momentum, weight_decay, batch_size, steps } = descent;
        let descent = CallDescent { learning_rate, momentum, weight_decay, batch_size, steps };
        let labels = labels.to_vec();
        self.network(Call::NetworkTrain { network, examples, labels, descent })
    }

    fn dropped(&self, number: u32) {
        self.drop_handle(Call::NetworkDrop { network: NetworkHandle(number) });
    }
}
