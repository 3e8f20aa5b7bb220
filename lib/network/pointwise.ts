import { type Tensor, tensor } from "../core/tensor";
import type { Conv } from "./network";

/**
 * A 1 × 1 convolution: a linear map of the channels at every place.
 * @param weight (out, in); axes of length 1 may follow.
 */
export function pointwise(name: string, input: string, weight: Tensor, bias?: Tensor): Conv {
  const [out, inputs] = weight.shape;
  const kernel = tensor([out, inputs, 1, 1], weight.data);
  return { kind: "conv", name, input, weight: kernel, bias, stride: [1, 1], padding: [0, 0] };
}
