import { UserError } from "../../core/errors";
import { Matrix } from "ml-matrix";
import { matrixOf, rowsOf, tensorOf, timesTransposed } from "../../linalg/matrix";
import type { LinearWeights } from "../../network/head";
import { type Tensor, tensor } from "../../core/tensor";
import { type Affine, ridgeRegression } from "./ridgeRegression";

/**
 * A linear head fitted anew to a compressed network, in closed form and without labels: its logits on the compressed
 * network's features come nearest, in squares, to the original network's logits on the same images.
 *
 * What is regressed on the features, with a ridge, are the logits that the head misses, not all of them: that is ridge
 * regression towards the given head instead of towards 0. So what the images do not tell, be they fewer than the inputs or
 * a feature constant, stays as it was, and on these images the squared error never grows, whatever the ridge.
 * @param head weight (classes, inputs).
 * @param compressed (N, inputs), the compressed network's features.
 * @param original (N, inputs), the original network's features of the same images.
 * @returns weight (classes, inputs) and bias (classes), whether or not the given head has one.
 * @throws UserError if there are no images or features are NaN or infinite.
 * @throws Error if the shapes do not fit.
 */
export function refitHead(head: LinearWeights, compressed: Tensor, original: Tensor): LinearWeights {
  const inputs = head.weight.shape[1];
  const features = checkedMatrix("compressed", compressed, inputs);
  const missing = missingLogits(head, features, checkedMatrix("original", original, inputs));
  return corrected(head, ridgeRegression(features, missing));
}

function checkedMatrix(network: string, features: Tensor, inputs: number): Matrix {
  const [count, width] = features.shape;
  if (width !== inputs) throw new Error(`a head of ${inputs} inputs cannot take ${width} features`);
  if (count === 0) throw new UserError("no images to fit a head to: give one at least, or some for each input");
  const matrix = matrixOf(features);
  const broken = rowsOf(matrix).findIndex((row) => !row.every(Number.isFinite));
  if (broken >= 0)
    throw new UserError(
      `the ${network} network's features of image ${broken} hold NaN or infinity: check its weights and how it was compressed`,
    );
  return matrix;
}

/** (N, classes): what the head's logits on the compressed network's features lack to those on the original's. */
function missingLogits({ weight }: LinearWeights, compressed: Matrix, original: Matrix): Matrix {
  if (original.rows !== compressed.rows)
    throw new Error(`features of ${original.rows} and of ${compressed.rows} images: give both of the same`);
  return timesTransposed(Matrix.sub(original, compressed), matrixOf(weight));
}

/** The head with a map added to it. */
function corrected(head: LinearWeights, { weight, bias }: Affine): LinearWeights {
  const shift = Float32Array.from(bias, (value, c) => value + (head.bias?.data[c] ?? 0));
  return { weight: tensorOf(matrixOf(head.weight).add(weight)), bias: tensor([shift.length], shift) };
}
