import { Tensor as OrtTensor } from "onnxruntime-node";
import type { Tensor } from "../core/tensor";

/** A number, as ONNX Runtime is given it. */
export const scalar = (value: number) => new OrtTensor("float32", [value], []);

/** A tensor, as ONNX Runtime is given it: the same numbers, not a copy. */
export const feed = ({ shape, data }: Tensor) => new OrtTensor("float32", data, shape);
