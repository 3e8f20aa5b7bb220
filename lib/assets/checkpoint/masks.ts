import type { StateDict } from "../../core/tensor";

/**
 * A state dict without the masks of torch.nn.utils.prune: NAME_orig × NAME_mask, where both are there in one shape, becomes NAME.
 * @returns it, in the order of the file, and the names that came of masks.
 */
export function withoutMasks(stateDict: StateDict): { stateDict: StateDict; masked: string[] } {
  const [result, masked]: [StateDict, string[]] = [new Map(), []];
  for (const [name, tensor] of stateDict) {
    const whole = name.replace(/_(orig|mask)$/, "");
    const [original, mask] = ["orig", "mask"].map((part) => stateDict.get(`${whole}_${part}`));
    if (whole === name || !original || !mask || String(original.shape) !== String(mask.shape)) result.set(name, tensor);
    else if (tensor === original) {
      masked.push(whole);
      result.set(whole, { shape: tensor.shape, data: tensor.data.map((value, i) => value * mask.data[i]) });
    }
  }
  return { stateDict: result, masked };
}
