import type { Quantize } from "../../network/network";

/** From the least to the largest of some numbers. */
export interface Range {
  low: number;
  high: number;
}

/** What uint8 can hold: scale · (0 … 255 − zeroPoint). */
export type Grid = Pick<Quantize, "scale" | "zeroPoint">;

/** The largest numbers of uint8 and int8. */
export const [mostUint8, mostInt8] = [255, 127];

/** Below it float32 loses digits; a range so narrow is none. */
const leastScale = 2 ** -126;

/**
 * The uint8 grid over a range, as ONNX Runtime's `quantize_static` lays it: widened where 0 is outside, and moved by less
 * than a step so that 0 is on it, since padding and what a ReLU cuts are 0.
 */
export function gridOf({ low, high }: Range): Grid {
  const from = Math.min(0, low);
  const scale = (Math.max(0, high) - from) / mostUint8;
  if (scale < leastScale) return { scale: 1, zeroPoint: 0 };
  return { scale: Math.fround(scale), zeroPoint: roundToEven((0 - from) / scale) };
}

/** The nearest whole number, of two the even one, as ONNX rounds. */
export function roundToEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}
