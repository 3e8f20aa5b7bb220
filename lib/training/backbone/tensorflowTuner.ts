import { setImmediate } from "node:timers/promises";
import type * as tfjs from "@tensorflow/tfjs";
import { UserError } from "../../core/errors";
import type { Tensor } from "../../core/tensor";
import { loadTensorflow } from "../../engines/loadTensorflow";
import { TensorflowSession } from "../../engines/tensorflow";
import { parametersOf, withNumbers } from "./trainedLayers";
import type { OpenTuner } from "./tuner";

/**
 * The training of `onnxTuner` by TensorFlow's own differentiation: a second opinion on the gradients that are written out
 * there. A network of some size takes the native binding; TensorFlow.js's plain CPU backend does for a few small layers.
 * @throws UserError on a backend without a convolution's gradient by its weights, such as WebAssembly.
 */
export const tensorflowTuner: OpenTuner = async (network, layers) => {
  const { tf } = await loadTensorflow();
  if (!tf.getKernel("Conv2DBackpropFilter", tf.getBackend()))
    throw new UserError(
      `TensorFlow.js cannot train convolutions on ${tf.getBackend()}: build its native binding with npm run native, or train on ONNX Runtime`,
    );
  const parameters = layers.flatMap(parametersOf).map(([, value]) => value);
  const variableOf = (data: Float32Array, shape: number[]) => tf.tidy(() => tf.variable(tf.tensor(data, shape)));
  const variables = new Map(parameters.map((value) => [value, variableOf(value.data, value.shape)]));
  const velocities = [...variables.keys()].map(({ data, shape }) => variableOf(new Float32Array(data.length), shape));
  const session = new TensorflowSession(tf, network, variables);
  const lossOf = (images: Tensor, targets: Tensor, temperature: number): tfjs.Scalar => {
    const logShares = tf.logSoftmax(tf.div(session.forward(images), temperature));
    const ofTargets = tf.sum(tf.mul(tf.tensor(targets.data, targets.shape), logShares));
    return tf.mul(ofTargets, -(temperature ** 2) / images.shape[0]);
  };
  return {
    async step({ images, targets }, { learningRate, momentum, temperature }) {
      await setImmediate(); // nothing else lets go of the thread
      return tf.tidy(() => {
        const trained = [...variables.values()];
        const { value, grads } = tf.variableGrads(() => lossOf(images, targets, temperature), trained);
        for (const [i, variable] of trained.entries()) {
          velocities[i].assign(tf.add(tf.mul(velocities[i], momentum), grads[variable.name]));
          variable.assign(tf.sub(variable, tf.mul(velocities[i], learningRate)));
        }
        return value.dataSync()[0];
      });
    },
    trained: () =>
      withNumbers(network, layers, (_, value) => Float32Array.from(variables.get(value)?.dataSync() ?? [])),
    async close() {
      await session.close();
      tf.dispose([...variables.values(), ...velocities]);
    },
  };
};
