import type { DoubleProducts } from "../../engines/doubleProducts";
import { matrixOf, rowsOf, tensorOf } from "../../linalg/matrix";
import type { Conv } from "../../network/network";
import { outputSplitOf } from "../../network/outputSplit";
import { tensor } from "../../core/tensor";
import type { LowRankMap } from "./reducedRank";

/** A convolution followed by a low-rank map of its outputs, as the pair that computes both at once. */
export async function splitOf(
  conv: Conv,
  { project, expand, shift }: LowRankMap,
  products: DoubleProducts,
): Promise<[Conv, Conv]> {
  const [out, ...sides] = conv.weight.shape;
  const filters = await products.ofRows(project, matrixOf(conv.weight).transpose());
  const bias = tensor([out], Float32Array.from(shift));
  const columns = rowsOf(expand);
  rowsOf(project).forEach((row, k) => {
    const constant = conv.bias ? row.reduce((sum, value, i) => sum + value * (conv.bias?.data[i] ?? 0), 0) : 0;
    for (let i = 0; i < out; i++) bias.data[i] += columns[k][i] * constant;
  });
  return outputSplitOf(conv, tensorOf(filters, [project.rows, ...sides]), tensorOf(expand.transpose()), bias);
}
