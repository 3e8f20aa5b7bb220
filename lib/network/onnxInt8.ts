import type { onnx } from "onnx-proto";
import { type Tensor, tensor } from "../core/tensor";
import type { Conv, Int8, Quantize } from "./network";
import { type Constant, int, operator } from "./onnxGraph";

/** A value rounded to uint8 and back: any runtime computes it, and one that can keeps the bytes. */
export function quantizeOperators({ name, input, scale, zeroPoint }: Quantize, constant: Constant): onnx.INodeProto[] {
  const grid = [
    constant(`${name}.scale`, tensor([], Float32Array.of(scale))),
    constant(`${name}.zero_point`, { shape: [], data: Uint8Array.of(zeroPoint) }),
  ];
  const stored = `${name}.uint8`;
  return [operator("QuantizeLinear", [input, ...grid], stored), operator("DequantizeLinear", [stored, ...grid], name)];
}

/**
 * A layer's weights as int8 and biases as int32, read through DequantizeLinear, which are named after what they give.
 * @throws Error if they are no such numbers: a layer is rewritten before it is quantized, not after.
 */
export function int8Parameters({ name, weight, bias }: Conv, int8: Int8, constant: Constant): onnx.INodeProto[] {
  const weightScales = int8.weightScales.data;
  const weights = dequantize(`${name}.weight`, weight, weightScales, new Int8Array(weight.data.length), constant);
  if (!bias) return [weights];
  const biasScales = weightScales.map((scale) => scale * int8.inputScale);
  return [weights, dequantize(`${name}.bias`, bias, biasScales, new Int32Array(bias.data.length), constant)];
}

/** @param scales one an output channel. @param whole takes the whole numbers. */
function dequantize(
  name: string,
  { shape, data }: Tensor,
  scales: Float32Array,
  whole: Int8Array | Int32Array,
  constant: Constant,
): onnx.INodeProto {
  const each = data.length / scales.length;
  for (const [i, value] of data.entries()) {
    const exact = value / scales[Math.floor(i / each)];
    whole[i] = Math.round(exact);
    // Float32 holds the product of a large whole number and its scale to seven digits.
    if (!(Math.abs(whole[i] - exact) <= 1e-3 + 1e-6 * Math.abs(exact)))
      throw new Error(`${name} holds ${value}, no whole number times its scale: quantize last`);
  }
  const inputs = [
    constant(`${name}.whole`, { shape, data: whole }),
    constant(`${name}.scale`, tensor([scales.length], scales)),
    constant(`${name}.zero_point`, { shape: [scales.length], data: whole.slice(0, scales.length).fill(0) }),
  ];
  return operator("DequantizeLinear", inputs, name, [int("axis", 0)]);
}
