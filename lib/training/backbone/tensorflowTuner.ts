import { setImmediate } from "node:timers/promises";
import type * as tfjs from "@tensorflow/tfjs";
import { UserError } from "../../core/errors";
import type { Tensor } from "../../core/tensor";
import { loadTensorflow } from "../../engines/loadTensorflow";
import { TensorflowSession } from "../../engines/tensorflow";
import { adam, correctionsAt } from "./optimizer";
import { parametersOf, withNumbers } from "./trainedLayers";
import type { OpenTuner } from "./tuner";

/**
 * The training of `onnxTuner` by TensorFlow's own differentiation: a second opinion on the gradients that are written out
 * there. A network of some size takes the native binding; TensorFlow.js's plain CPU backend does for a few small layers.
 * @throws UserError on a backend without a convolution's gradient by its weights, such as WebAssembly.
 */
export const tensorflowTuner: OpenTuner = async (network, layers, _imageShape, { optimizer }) => {
  const { tf } = await loadTensorflow();
  if (!tf.getKernel("Conv2DBackpropFilter", tf.getBackend()))
    throw new UserError(
      `TensorFlow.js cannot train convolutions on ${tf.getBackend()}: build its native binding with npm run native, or train on ONNX Runtime`,
    );
  const parameters = layers.flatMap(parametersOf).map(([, value]) => value);
  const variableOf = (data: Float32Array, shape: number[]) => tf.tidy(() => tf.variable(tf.tensor(data, shape)));
  const variables = new Map(parameters.map((value) => [value, variableOf(value.data, value.shape)]));
  const zeros = () => parameters.map(({ data, shape }) => variableOf(new Float32Array(data.length), shape));
  const [velocities, squares] = [zeros(), optimizer === "Adam" ? zeros() : []];
  let steps = 0;
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
        const correction = correctionsAt(++steps, optimizer, momentum);
        for (const [i, variable] of trained.entries()) {
          const gradient = grads[variable.name];
          const added = optimizer === "Adam" ? tf.mul(gradient, 1 - momentum) : gradient;
          velocities[i].assign(tf.add(tf.mul(velocities[i], momentum), added));
          let pace: tfjs.Tensor = velocities[i];
          if (optimizer === "Adam") {
            const square = tf.mul(tf.square(gradient), 1 - adam.squaresKept);
            squares[i].assign(tf.add(tf.mul(squares[i], adam.squaresKept), square));
            const size = tf.sqrt(tf.mul(squares[i], correction.squares));
            pace = tf.div(velocities[i], tf.add(size, adam.epsilon));
          }
          variable.assign(tf.sub(variable, tf.mul(pace, learningRate * correction.direction)));
        }
        return value.dataSync()[0];
      });
    },
    trained: () =>
      withNumbers(network, layers, (_, value) => Float32Array.from(variables.get(value)?.dataSync() ?? [])),
    async close() {
      await session.close();
      tf.dispose([...variables.values(), ...velocities, ...squares]);
    },
  };
};
