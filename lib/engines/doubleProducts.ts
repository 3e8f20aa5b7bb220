import { onnx } from "onnx-proto";
import type { Matrix } from "ml-matrix";
import { matrixOfRows, type Product, rowsOf } from "../linalg/matrix";
import { stopIfInterrupted } from "../core/interrupt";
import type { Tensor } from "../core/tensor";
import { encodeModel, int, ints, operator, valueInfo, wholeNumbers } from "../network/onnxGraph";
import { sessionOptions } from "./onnxRuntime";

/**
 * Sums in float64 over the positions (images, height, width) of x, p channels, and y, q channels: Σ x xᵀ (p, p) and Σ y xᵀ
 * (q, p), row by row, Σ x, Σ y and Σ y².
 */
export type ChannelSums = Record<"xx" | "yx" | "x" | "y" | "yy", Float64Array>;

/** Matrix products in float64. */
export interface DoubleProducts {
  /**
   * @param x (N, p, H, W).
   * @param y (N, q, H, W); the same tensor as x for its own products alone.
   */
  ofChannels(x: Tensor, y: Tensor): Promise<ChannelSums>;
  /** A Bᵀ, (p, q), of matrices A (p, n) and B (q, n). */
  ofRows: Product;
}

const { FLOAT, DOUBLE } = onnx.TensorProto.DataType;

const double = (name: string) => valueInfo(name, DOUBLE);

const opened = new Map<number, Promise<DoubleProducts>>();

/**
 * ONNX Runtime as a matrix library: its double-precision product runs on all threads, some thirty times as fast as a loop
 * in JavaScript, and keeps the digits that a covariance of thousands of images needs. Opened once for all who ask.
 */
export function doubleProducts(threads: number): Promise<DoubleProducts> {
  const products = opened.get(threads) ?? open(threads);
  opened.set(threads, products);
  return products;
}

async function open(threads: number): Promise<DoubleProducts> {
  const ort = await import("onnxruntime-node");
  const create = (model: Uint8Array) => ort.InferenceSession.create(model, sessionOptions(threads));
  const [one, two, rows] = await Promise.all([channelsModel(false), channelsModel(true), rowsModel()].map(create));
  const images = ({ shape, data }: Tensor) => new ort.Tensor("float32", data, shape);
  const matrix = (a: Matrix) => new ort.Tensor("float64", joined(a), [a.rows, a.columns]);
  return {
    ofChannels: async (x, y) => {
      stopIfInterrupted();
      const alone = x === y;
      const sums = await (alone ? one.run({ x: images(x) }) : two.run({ x: images(x), y: images(y) }));
      const [xx, sumX] = [sums.xx.data, sums["x.sum"].data] as Float64Array[];
      if (alone) return { xx, yx: xx, x: sumX, y: sumX, yy: sumX.map((_, i) => xx[i * sumX.length + i]) };
      const [yx, sumY, yy] = [sums.yx.data, sums["y.sum"].data, sums["y.squares"].data] as Float64Array[];
      return { xx, yx, x: sumX, y: sumY, yy };
    },
    ofRows: async (a, b) => {
      stopIfInterrupted();
      const { data } = (await rows.run({ a: matrix(a), b: matrix(b) })).product;
      const row = (i: number) => (data as Float64Array).subarray(i * b.rows, (i + 1) * b.rows);
      return matrixOfRows(Array.from({ length: a.rows }, (_, i) => row(i)));
    },
  };
}

function joined(matrix: Matrix): Float64Array {
  const all = new Float64Array(matrix.rows * matrix.columns);
  rowsOf(matrix).forEach((row, i) => {
    all.set(row, i * row.length);
  });
  return all;
}

/** x, and y if it is another tensor → the sums of ChannelSums. */
function channelsModel(another: boolean): Uint8Array {
  const inputs = another ? ["x", "y"] : ["x"];
  const channelsFirst = (name: string) => [
    operator("Transpose", [name], `${name}.turned`, [ints("perm", [1, 0, 2, 3])]),
    operator("Reshape", [`${name}.turned`, "rows"], `${name}.rows`),
    operator("Cast", [`${name}.rows`], `${name}.double`, [int("to", DOUBLE)]),
    operator("ReduceSum", [`${name}.double`, "last"], `${name}.all`),
    operator("Reshape", [`${name}.all`, "flat"], `${name}.sum`),
  ];
  const ofTwo = [
    operator("MatMul", ["y.double", "x.columns"], "yx"),
    operator("ReduceSumSquare", ["y.double"], "y.allSquares", [ints("axes", [1])]),
    operator("Reshape", ["y.allSquares", "flat"], "y.squares"),
  ];
  return encodeModel({
    node: [
      ...inputs.flatMap(channelsFirst),
      operator("Transpose", ["x.double"], "x.columns", [ints("perm", [1, 0])]),
      operator("MatMul", ["x.double", "x.columns"], "xx"),
      ...(another ? ofTwo : []),
    ],
    initializer: [wholeNumbers("rows", [0, -1]), wholeNumbers("last", [1]), wholeNumbers("flat", [-1])],
    input: inputs.map((name) => valueInfo(name, FLOAT)),
    output: ["xx", "x.sum", ...(another ? ["yx", "y.sum", "y.squares"] : [])].map(double),
  });
}

/** a, b → a bᵀ. */
function rowsModel(): Uint8Array {
  return encodeModel({
    node: [
      operator("Transpose", ["b"], "b.columns", [ints("perm", [1, 0])]),
      operator("MatMul", ["a", "b.columns"], "product"),
    ],
    input: ["a", "b"].map(double),
    output: [double("product")],
  });
}
