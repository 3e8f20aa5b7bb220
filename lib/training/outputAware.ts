import { Matrix } from "ml-matrix";
import { UserError } from "../core/errors";
import { type Tensor, tensor } from "../core/tensor";
import { matrixOf, tensorOf } from "../linalg/matrix";
import { leadingEigenvectors } from "../linalg/subspace";
import type { Head } from "../network/head";
import { mean } from "../statistics/summary";

/**
 * The head with its weights and biases centred over the classes: W ← W − 1 w̄ᵀ, b ← b − b̄.
 * Softmax ignores what all logits share, so no probability changes, and the rank drops to classes − 1 at most.
 * @param head one layer, weight (classes, inputs).
 */
export function centredOverClasses([{ weight, bias }]: Head): Head {
  const rows = matrixOf(weight);
  const centred = { weight: tensorOf(rows.subRowVector(rows.mean("column"))) };
  if (!bias) return [centred];
  const shared = mean(bias.data);
  const shift = bias.data.map((value) => value - shared);
  return [{ ...centred, bias: tensor([...bias.shape], shift) }];
}

/**
 * The factorized head of the given rank whose outputs are nearest, in squares over the features, to the head's own.
 * Reduced-rank regression (Izenman 1975, J. Multivariate Analysis 5, eq. 2.11, with the response weighted alike):
 * with U the leading eigenvectors of the outputs' covariance W C Wᵀ, the layers are Uᵀ W and U, and the bias keeps
 * the outputs' mean. The same as the truncated SVD of the whitened W C^½, without a root or an inverse.
 * No label is used and no step of training taken.
 * @param head one layer, weight (classes, inputs).
 * @param features (N, inputs), N ≥ 2.
 * @param rank whole number from 1 to min(classes, inputs).
 * @throws UserError if the rank is out of range.
 */
export function outputAwareHead([{ weight, bias }]: Head, features: Tensor, rank: number): Head {
  const [classes, inputs] = weight.shape;
  if (!(Number.isInteger(rank) && rank >= 1 && rank <= Math.min(classes, inputs)))
    throw new UserError(
      `rank ${rank} for a ${classes} × ${inputs} head: choose a whole number from 1 to ${Math.min(classes, inputs)}`,
    );
  const w = matrixOf(weight);
  const x = matrixOf(features);
  const middle = x.mean("column");
  const outputs = x.subRowVector(middle).mmul(w.transpose());
  const u = leadingEigenvectors(outputs.transpose().mmul(outputs), rank).vectors.transpose();
  const meanOutput = w.mmul(Matrix.columnVector(middle));
  const lost = Matrix.sub(meanOutput, u.mmul(u.transpose().mmul(meanOutput)));
  const shift = lost.to1DArray().map((value, c) => value + (bias?.data[c] ?? 0));
  return [
    { weight: tensorOf(u.transpose().mmul(w)) },
    { weight: tensorOf(u), bias: tensor([classes], Float32Array.from(shift)) },
  ];
}
