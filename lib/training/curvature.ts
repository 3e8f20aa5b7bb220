import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { matrixOf, rowsOf } from "../linalg/matrix";
import { addScaled, dot, type Rows } from "../linalg/rows";
import { Random } from "../core/random";
import type { LabelledFeatures } from "../engines/features";
import type { Head } from "../network/head";
import { softmax } from "../statistics/softmax";

/**
 * Largest curvature at which gradient descent with momentum is stable on a quadratic: 2 (1 + μ) / lr
 * (Polyak 1964; Goh, "Why Momentum Really Works", Distill 2017; Cohen et al., ICLR 2021, §2).
 */
export function stabilityLimit(learningRate: number, momentum: number): number {
  return (2 * (1 + momentum)) / learningRate;
}

/** A head's parameters, or a direction among them, as rows over one flat array. */
interface Parameters {
  /** (rank, inputs) of a factorized head; none of a plain one. */
  first: Rows;
  /** (classes, rank), or (classes, inputs). */
  last: Rows;
  /** (classes). */
  bias: Float64Array;
}

/** Views of a flat array in the order first, last, bias. */
function view(head: Head, flat: Float64Array): Parameters {
  let offset = 0;
  const take = (count: number) => {
    offset += count;
    return flat.subarray(offset - count, offset);
  };
  const rows = ([count, width]: number[]) => Array.from({ length: count }, () => take(width));
  const first = head.length === 2 ? rows(head[0].weight.shape) : [];
  const last = head[head.length - 1].weight.shape;
  return { first, last: rows(last), bias: take(last[0]) };
}

/** A head's parameters in one flat float64 array: weights in layer order, then the last layer's bias. */
export function flatten(head: Head): Float64Array {
  const bias = head[head.length - 1].bias?.data ?? new Float32Array(head[head.length - 1].weight.shape[0]);
  return Float64Array.from([...head.flatMap(({ weight }) => [...weight.data]), ...bias]);
}

/**
 * The Hessian of a head's mean softmax cross-entropy over all images, by its exact products with directions, without building
 * it (Pearlmutter 1994): both have as many numbers as the head has parameters, in `flatten`'s order.
 */
export function hessianOf(
  head: Head,
  { features, labels }: LabelledFeatures,
): (direction: Float64Array) => Float64Array {
  const images = rowsOf(matrixOf(features));
  const { first, last, bias } = view(head, flatten(head));
  return (direction) => {
    const along = view(head, direction);
    const result = new Float64Array(direction.length);
    const sum = view(head, result);
    images.forEach((image, n) => {
      const hidden = first.length > 0 ? times(first, image) : image;
      const hiddenAlong = times(along.first, image);
      const logits = last.map((row, c) => dot(row, hidden) + bias[c]);
      const logitsAlong = last.map(
        (row, c) => dot(along.last[c], hidden) + (first.length > 0 ? dot(row, hiddenAlong) : 0) + along.bias[c],
      );
      const p = softmax(logits);
      const mean = p.reduce((total, share, c) => total + share * logitsAlong[c], 0);
      const hiddenGradient = new Float64Array(first.length);
      for (let c = 0; c < p.length; c++) {
        const gradient = (p[c] - (labels[n] === c ? 1 : 0)) / images.length;
        const gradientAlong = (p[c] * (logitsAlong[c] - mean)) / images.length;
        addScaled(sum.last[c], gradientAlong, hidden);
        sum.bias[c] += gradientAlong;
        if (first.length === 0) continue;
        addScaled(sum.last[c], gradient, hiddenAlong);
        addScaled(hiddenGradient, gradientAlong, last[c]);
        addScaled(hiddenGradient, gradient, along.last[c]);
      }
      for (let k = 0; k < first.length; k++) addScaled(sum.first[k], hiddenGradient[k], image);
    });
    return result;
  };
}

/**
 * The largest curvature of a head's mean softmax cross-entropy over all images: the largest eigenvalue of the Hessian, to a
 * residual of 10⁻⁵ of it, by the Lanczos iteration (1950, J. Res. NBS 45) on exact Hessian-vector products.
 * A power iteration fails here: a factorized head's Hessian has eigenvalues of nearly opposite sign, between which it
 * settles; this one searches the span of all directions that it would visit.
 * @param head one layer or a factorized pair.
 * @param data features (N, inputs), labels (N).
 * @param seed of the random direction to start from.
 */
export function largestCurvature(head: Head, data: LabelledFeatures, seed = 0): number {
  const hessianTimes = hessianOf(head, data);
  const random = new Random(seed);
  const basis: Rows = [];
  const [diagonal, besides]: number[][] = [[], []];
  let next: Float64Array = flatten(head).map(() => random.normal());
  let norm = Math.sqrt(dot(next, next));
  for (;;) {
    const direction = next.map((value) => value / norm);
    basis.push(direction);
    next = hessianTimes(direction);
    diagonal.push(dot(direction, next));
    // Twice, because one pass leaves rounding errors that grow to false copies of eigenvalues.
    for (const earlier of [...basis, ...basis]) addScaled(next, -dot(earlier, next), earlier);
    norm = Math.sqrt(dot(next, next));
    const { value, lastShare } = largestOfTridiagonal(diagonal, besides);
    if (norm * lastShare <= 1e-5 * Math.abs(value) || basis.length === direction.length) return value;
    besides.push(norm);
  }
}

/** Largest eigenvalue of a symmetric tridiagonal matrix, and the magnitude of its unit eigenvector's last element. */
function largestOfTridiagonal(diagonal: number[], besides: number[]): { value: number; lastShare: number } {
  const matrix = Matrix.diag(diagonal);
  besides.forEach((value, i) => {
    matrix.set(i, i + 1, value);
    matrix.set(i + 1, i, value);
  });
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(matrix, { assumeSymmetric: true });
  const value = Math.max(...realEigenvalues);
  return { value, lastShare: Math.abs(eigenvectorMatrix.get(besides.length, realEigenvalues.indexOf(value))) };
}

function times(matrix: Rows, vector: Float64Array): Float64Array {
  return Float64Array.from(matrix, (row) => dot(row, vector));
}
