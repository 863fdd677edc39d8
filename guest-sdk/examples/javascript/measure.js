// How much predictions change when pictures are mirrored: of the first 500 training examples the change of
// the predicted class's probability, or 6 where another class is predicted, summed and negated. A part of
// the second-placed entry of 2020 (Aithal et al., arXiv 2101.06459).
//
// Names are the contract's (`wit/`) in camel case. Numbers of 64 bits are BigInts, list<u32> is a
// Uint32Array, list<f32> a Float32Array.

import { flipHorizontal } from 'assay:measure/images@0.1.0';
import { write } from 'assay:measure/log@0.1.0';

const EXAMPLES = 500;
const FLIP = 6;

export function describe() {
  return { name: 'flip-penalty-js', version: '0.1.0', authors: ['Assay'] };
}

// `network` and `dataset` are the host's; `seed` is a BigInt. What is thrown ends the unit: a string is
// its error text.
export function evaluate(network, dataset, seed) {
  try {
    return penalty(network, dataset);
  } catch (error) {
    throw text(error);
  }
}

function penalty(network, dataset) {
  const count = Math.min(dataset.examples(), EXAMPLES);
  return using(dataset.batch(0, count), (pictures) => {
    const straight = predictions(network, pictures);
    const mirrored = using(flipHorizontal(pictures), (flipped) => predictions(network, flipped));
    let sum = 0;
    let flips = 0;
    for (let at = 0; at < count; at += 1) {
      const same = straight.classes[at] === mirrored.classes[at];
      const change = Math.abs(straight.probabilities[at] - mirrored.probabilities[at]);
      sum += same ? change : FLIP;
      flips += same ? 0 : 1;
    }
    write('info', `${flips} of ${count} pictures are predicted as another class when mirrored`);
    return -sum;
  });
}

// The predicted class of each example, and its probability.
function predictions(network, inputs) {
  return using(network.logits(inputs), (logits) => {
    const largest = using(logits.softmax(), (softmax) => softmax.reduce('maximum', [1]));
    const probabilities = using(largest, (values) => values.read(0, values.shape()[0]));
    return { classes: logits.argMax(), probabilities };
  });
}

// Hands a tensor to a function and gives it back to the host afterwards. The collector would do that at
// some time of its own, and the host's memory is limited.
function using(tensor, use) {
  try {
    return use(tensor);
  } finally {
    tensor[Symbol.dispose]();
  }
}

// The host's refusals are variants with a text; anything else is a mistake in here.
function text(error) {
  const refused = error?.payload;
  return refused?.tag ? `${refused.tag}: ${refused.val}` : String(error);
}
