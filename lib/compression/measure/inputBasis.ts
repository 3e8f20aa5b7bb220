import type { Matrix } from "ml-matrix";
import type { DoubleProducts } from "../../engines/doubleProducts";
import { matrixOfRows, rowsOf, tensorOf, withAddedDiagonal } from "../../linalg/matrix";
import { dot, type Rows } from "../../linalg/rows";
import { choleskyFactor, invertedLower } from "../../linalg/solve";
import { leadingEigenvectors } from "../../linalg/subspace";
import type { Conv } from "../../network/network";
import { ranksOfBothEnds } from "../../network/rankPlan";
import { type Tensor, tensor } from "../../core/tensor";
import type { InputBasis } from "./layerBases";
import type { Moments } from "./moments";

/** Share of the weights' mean square that every channel is taken to have at least, so that unread channels do no harm. */
const ridge = 1e-6;

/** Whether narrowing a layer's inputs can save anything. */
export function isNarrowable(conv: Conv): boolean {
  return ranksOfBothEnds(conv, 1).input !== undefined;
}

/** What is known of a layer's inputs. */
export interface InputStatistics extends Pick<Moments, "xx" | "meanX"> {
  /** As `offsetCorrelations`. */
  correlations: Matrix;
}

/**
 * The projection of the inputs x that keeps most of the outputs: least E‖Σₚ Wₚ (x − D E x)ₚ‖², places p and q of the kernel
 * taken to be correlated alike in all channels, by ρ(p − q). With M = Σ ρ(p − q) Wₚᵀ W_q = L Lᵀ these are principal
 * components of Lᵀ x: E = Uᵀ Lᵀ and D = L⁻ᵀ U, U the leading eigenvectors of Lᵀ Cov(x) L. It is the mirror image of the
 * principal components of the responses (Zhang et al. 2015, section 3.1).
 */
export async function inputBasis(
  conv: Conv,
  { xx, meanX, correlations }: InputStatistics,
  products: DoubleProducts,
): Promise<InputBasis> {
  const lower = choleskyFactor(await weightMetric(conv, correlations, products));
  const upper = lower.transpose();
  const { ofRows } = products;
  const { vectors } = leadingEigenvectors(await ofRows(await ofRows(upper, xx), upper), xx.rows);
  const encode = await ofRows(vectors, lower);
  // D = L⁻ᵀ U, its columns as rows.
  const decode = await ofRows(vectors, invertedLower(lower).transpose());
  const kernels = await onCoordinates(conv, decode, products);
  return { encode: tensorOf(encode), kernels, means: Float64Array.from(rowsOf(encode), (row) => dot(row, meanX)) };
}

/** M of `inputBasis`, (in, in). @param correlations (height · width, height · width). */
async function weightMetric({ weight }: Conv, correlations: Matrix, products: DoubleProducts): Promise<Matrix> {
  const [, channels] = weight.shape;
  const places = correlations.rows;
  const { vectors, values } = leadingEigenvectors(correlations, places);
  const directions = rowsOf(vectors);
  const mixed = tensor(weight.shape);
  for (let at = 0; at < mixed.data.length; at += places)
    for (let q = 0; q < places; q++) {
      let sum = 0;
      for (let p = 0; p < places; p++) sum += weight.data[at + p] * directions[q][p];
      mixed.data[at + q] = sum * Math.sqrt(values[q]);
    }
  const { xx: sums } = await products.ofChannels(mixed, mixed);
  const metric = matrixOfRows(
    Array.from({ length: channels }, (_, i) => sums.subarray(i * channels, (i + 1) * channels)),
  );
  const trace = metric.trace();
  return withAddedDiagonal(metric, trace > 0 ? (ridge * trace) / channels : 1);
}

/** Σ over channels c of W[o, c, p] D[c, k]. @param decode the columns of D as rows. */
async function onCoordinates({ weight }: Conv, decode: Matrix, products: DoubleProducts): Promise<Tensor> {
  const [out, channels, kernelHeight, kernelWidth] = weight.shape;
  const places = kernelHeight * kernelWidth;
  const rows: Rows = Array.from({ length: out * places }, (_, at) => {
    const start = Math.floor(at / places) * channels * places + (at % places);
    return Float64Array.from({ length: channels }, (_, c) => weight.data[start + c * places]);
  });
  const kernels = tensor(weight.shape);
  rowsOf(await products.ofRows(matrixOfRows(rows), decode)).forEach((row, at) => {
    const start = Math.floor(at / places) * channels * places + (at % places);
    row.forEach((value, k) => {
      kernels.data[start + k * places] = value;
    });
  });
  return kernels;
}
