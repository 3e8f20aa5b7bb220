import { UserError } from "../core/errors";
import { type Tensor, tensor } from "../core/tensor";

/** 1 at each image's class: (N, classes). @throws UserError if a label belongs to none of them. */
export function oneHot(labels: Int32Array, classes: number): Tensor {
  const targets = tensor([labels.length, classes]);
  labels.forEach((label, i) => {
    if (label >= classes)
      throw new UserError(`image ${i} is labelled ${label}, but the head has ${classes} classes only`);
    targets.data[i * classes + label] = 1;
  });
  return targets;
}
