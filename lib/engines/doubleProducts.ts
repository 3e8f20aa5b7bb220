import { onnx } from "onnx-proto";
import type { Matrix } from "ml-matrix";
import { matrixOfRows, type Product, rowsOf } from "../linalg/matrix";
import type { Tensor } from "../core/tensor";
import { ints, valueInfo } from "../network/onnx";
import { sessionOptions } from "./onnxRuntime";

/** Sums in float64 over the positions (images, height, width) of x, p channels, and y, q channels. */
export interface ChannelSums {
  /** (p, p) row by row, Σ x xᵀ. */
  xx: Float64Array;
  /** (q, p) row by row, Σ y xᵀ. */
  yx: Float64Array;
  /** p numbers, Σ x. */
  x: Float64Array;
  /** q numbers, Σ y. */
  y: Float64Array;
  /** q numbers, Σ y². */
  yy: Float64Array;
}

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

const { FLOAT, DOUBLE, INT64 } = onnx.TensorProto.DataType;

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
  const [one, two, rows] = await Promise.all(
    [channelsModel(false), channelsModel(true), rowsModel()].map((model) =>
      ort.InferenceSession.create(model, sessionOptions(threads)),
    ),
  );
  const images = ({ shape, data }: Tensor) => new ort.Tensor("float32", data, shape);
  const matrix = (a: Matrix) => new ort.Tensor("float64", joined(a), [a.rows, a.columns]);
  return {
    ofChannels: async (x, y) => {
      const alone = x === y;
      const sums = await (alone ? one.run({ x: images(x) }) : two.run({ x: images(x), y: images(y) }));
      const [xx, sumX] = [sums.xx.data, sums["x.sum"].data] as Float64Array[];
      if (alone) return { xx, yx: xx, x: sumX, y: sumX, yy: sumX.map((_, i) => xx[i * sumX.length + i]) };
      const [yx, sumY, yy] = [sums.yx.data, sums["y.sum"].data, sums["y.squares"].data] as Float64Array[];
      return { xx, yx, x: sumX, y: sumY, yy };
    },
    ofRows: async (a, b) => {
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
    node("Transpose", [name], `${name}.turned`, [ints("perm", [1, 0, 2, 3])]),
    node("Reshape", [`${name}.turned`, "rows"], `${name}.rows`),
    node("Cast", [`${name}.rows`], `${name}.double`, [
      { name: "to", type: onnx.AttributeProto.AttributeType.INT, i: DOUBLE },
    ]),
    node("ReduceSum", [`${name}.double`, "last"], `${name}.all`),
    node("Reshape", [`${name}.all`, "flat"], `${name}.sum`),
  ];
  const ofTwo = [
    node("MatMul", ["y.double", "x.columns"], "yx"),
    node("ReduceSumSquare", ["y.double"], "y.allSquares", [ints("axes", [1])]),
    node("Reshape", ["y.allSquares", "flat"], "y.squares"),
  ];
  return modelOf({
    node: [
      ...inputs.flatMap(channelsFirst),
      node("Transpose", ["x.double"], "x.columns", [ints("perm", [1, 0])]),
      node("MatMul", ["x.double", "x.columns"], "xx"),
      ...(another ? ofTwo : []),
    ],
    initializer: [constant("rows", [0, -1]), constant("last", [1]), constant("flat", [-1])],
    input: inputs.map((name) => valueInfo(name, ["batch", `${name}.channels`, "height", "width"], FLOAT)),
    output: [
      valueInfo("xx", ["x.channels", "x.channels"], DOUBLE),
      valueInfo("x.sum", ["x.channels"], DOUBLE),
      ...(another
        ? [
            valueInfo("yx", ["y.channels", "x.channels"], DOUBLE),
            valueInfo("y.sum", ["y.channels"], DOUBLE),
            valueInfo("y.squares", ["y.channels"], DOUBLE),
          ]
        : []),
    ],
  });
}

/** a, b → a bᵀ. */
function rowsModel(): Uint8Array {
  return modelOf({
    node: [
      node("Transpose", ["b"], "b.columns", [ints("perm", [1, 0])]),
      node("MatMul", ["a", "b.columns"], "product"),
    ],
    input: ["a", "b"].map((name) => valueInfo(name, [`${name}.rows`, "columns"], DOUBLE)),
    output: [valueInfo("product", ["a.rows", "b.rows"], DOUBLE)],
  });
}

function constant(name: string, int64Data: number[]): onnx.ITensorProto {
  return { name, dims: [int64Data.length], dataType: INT64, int64Data };
}

function modelOf(graph: onnx.IGraphProto): Uint8Array {
  const model = { irVersion: 8, opsetImport: [{ domain: "", version: 15 }], graph: { name: "products", ...graph } };
  return onnx.ModelProto.encode(onnx.ModelProto.create(model)).finish();
}

function node(
  opType: string,
  input: string[],
  output: string,
  attribute: onnx.IAttributeProto[] = [],
): onnx.INodeProto {
  return { opType, input, output: [output], attribute };
}
