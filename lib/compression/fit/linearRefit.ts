import { UserError } from "../../core/errors";
import { addScaled, type Rows, rowsOf, timesTransposed } from "../../linalg/rows";
import type { LinearWeights } from "../../network/lowRank";
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
  const features = checkedRows("compressed", compressed, inputs);
  const missing = missingLogits(head, features, checkedRows("original", original, inputs));
  return corrected(head, ridgeRegression(features, missing));
}

function checkedRows(network: string, features: Tensor, inputs: number): Rows {
  const [count, width] = features.shape;
  if (width !== inputs) throw new Error(`a head of ${inputs} inputs cannot take ${width} features`);
  if (count === 0) throw new UserError("no images to fit a head to: give one at least, or some for each input");
  const rows = rowsOf(features);
  const broken = rows.findIndex((row) => !row.every(Number.isFinite));
  if (broken >= 0)
    throw new UserError(
      `the ${network} network's features of image ${broken} hold NaN or infinity: check its weights and how it was compressed`,
    );
  return rows;
}

/** (N, classes): what the head's logits on the compressed network's features lack to those on the original's. */
function missingLogits({ weight }: LinearWeights, compressed: Rows, original: Rows): Rows {
  if (original.length !== compressed.length)
    throw new Error(`features of ${original.length} and of ${compressed.length} images: give both of the same`);
  const lost = original.map((row, n) => row.map((value, i) => value - compressed[n][i]));
  return timesTransposed(lost, rowsOf(weight));
}

/** The head with a map added to it. */
function corrected(head: LinearWeights, { weight, bias }: Affine): LinearWeights {
  const [classes, inputs] = head.weight.shape;
  const sum = rowsOf(head.weight);
  const result = tensor([classes, inputs]);
  sum.forEach((row, c) => {
    addScaled(row, 1, weight[c]);
    result.data.set(row, c * inputs);
  });
  const shift = Float32Array.from(bias, (value, c) => value + (head.bias?.data[c] ?? 0));
  return { weight: result, bias: tensor([classes], shift) };
}
