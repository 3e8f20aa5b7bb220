import type { LabelledImages } from "../../assets/images/cifar10";
import type { Engine } from "../../engines/engine";

/** What is looked at to measure layers or to fit them. */
export interface Calibration {
  /** Training images; never test images. */
  images: LabelledImages;
  engine: Engine;
  /** Called after each layer. */
  onProgress?: (done: number, total: number) => void;
}
