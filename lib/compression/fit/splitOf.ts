import type { DoubleProducts } from "../../engines/doubleProducts";
import type { Rows } from "../../linalg/rows";
import type { Conv } from "../../network/network";
import { outputSplitOf } from "../../network/outputSplit";
import { tensor } from "../../core/tensor";
import type { LowRankMap } from "./reducedRank";

/** A convolution followed by a low-rank map of its answers, as the pair that computes both at once. */
export async function splitOf(
  conv: Conv,
  { project, expand, shift }: LowRankMap,
  products: DoubleProducts,
): Promise<[Conv, Conv]> {
  const [out, inputs, high, wide] = conv.weight.shape;
  const columns = inputs * high * wide;
  const rank = project.length;
  const first = tensor([rank, inputs, high, wide]);
  const filters = await products.ofRows(project, columnsOf(conv.weight.data, out, columns));
  filters.forEach((row, k) => {
    first.data.set(row, k * columns);
  });
  const second = tensor([out, rank]);
  const bias = tensor([out], Float32Array.from(shift));
  project.forEach((row, k) => {
    const constant = conv.bias ? row.reduce((sum, value, i) => sum + value * (conv.bias?.data[i] ?? 0), 0) : 0;
    for (let i = 0; i < out; i++) {
      second.data[i * rank + k] = expand[k][i];
      bias.data[i] += expand[k][i] * constant;
    }
  });
  return outputSplitOf(conv, first, second, bias);
}

/** The columns of a (rows, columns) matrix, as rows. */
function columnsOf(data: Float32Array, rows: number, columns: number): Rows {
  return Array.from({ length: columns }, (_, j) => {
    const column = new Float64Array(rows);
    for (let i = 0; i < rows; i++) column[i] = data[i * columns + j];
    return column;
  });
}
