import { onnx } from "onnx-proto";

const { INT, INTS, FLOAT } = onnx.AttributeProto.AttributeType;

/** IR version and operator set of ONNX 1.10, read by every runtime of the last years. */
export const onnxVersions = { irVersion: 8, opset: 15 } as const;

/** The file of a graph. @param about the model, such as its producer. */
export function encodeModel(graph: onnx.IGraphProto, about: onnx.IModelProto = {}): Uint8Array {
  const { irVersion, opset } = onnxVersions;
  const versions = { irVersion, opsetImport: [{ domain: "", version: opset }] };
  const model = onnx.ModelProto.create({ ...versions, graph: { name: "network", ...graph }, ...about });
  return onnx.ModelProto.encode(model).finish();
}

/** An operator, named after its result. */
export function operator(
  opType: string,
  input: string[],
  output: string,
  attribute: onnx.IAttributeProto[] = [],
): onnx.INodeProto {
  return { opType, name: output, input, output: [output], attribute };
}

/** Attributes of operators: a whole number, a list of them, a real number. */
export const int = (name: string, i: number): onnx.IAttributeProto => ({ name, type: INT, i });
export const ints = (name: string, list: number[]): onnx.IAttributeProto => ({ name, type: INTS, ints: list });
export const float = (name: string, f: number): onnx.IAttributeProto => ({ name, type: FLOAT, f });

/** Numbers of a constant, in row-major order. */
export interface Numbers {
  shape: number[];
  data: Float32Array | Int8Array | Uint8Array | Int32Array;
}

/** Puts a constant into the file. @returns its name. */
export type Constant = (name: string, value: Numbers) => string;

export function constantTensor(name: string, { shape, data }: Numbers): onnx.ITensorProto {
  // Raw data is little-endian, as are all machines for which Node is built in practice.
  const rawData = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return { name, dims: shape, dataType: typeOf(data), rawData };
}

function typeOf(data: Numbers["data"]): number {
  const types = onnx.TensorProto.DataType;
  if (data instanceof Int8Array) return types.INT8;
  if (data instanceof Uint8Array) return types.UINT8;
  return data instanceof Int32Array ? types.INT32 : types.FLOAT;
}

/** A constant list of whole numbers. */
export function wholeNumbers(name: string, int64Data: number[]): onnx.ITensorProto {
  return { name, dims: [int64Data.length], dataType: onnx.TensorProto.DataType.INT64, int64Data };
}

/** A value that goes in or out. @param sides their lengths, or the names of free ones; not said if left out. */
export function valueInfo(name: string, elemType: number, sides?: (number | string)[]): onnx.IValueInfoProto {
  const dim = sides?.map((side) => (typeof side === "number" ? { dimValue: side } : { dimParam: side }));
  return { name, type: { tensorType: { elemType, ...(dim && { shape: { dim } }) } } };
}
