import type { Tensor } from "../../core/tensor";

/** A model's tensors by torch's names, in the file's order; whatever the file stored, widened or rounded to float32. */
export type StateDict = Map<string, Tensor>;
