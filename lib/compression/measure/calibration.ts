import type { LabelledImages } from "../../assets/images/cifar10";
import type { Engine } from "../../engines/engine";

/** Rank of each layer's outputs; undefined for a layer that stays as it is. */
export type Ranks = ReadonlyMap<string, number | undefined>;

/** What a fit to data looks at. */
export interface Calibration {
  /** Training images; never test images. */
  images: LabelledImages;
  engine: Engine;
  /** Called after each layer. */
  onLayer?: (done: number, total: number) => void;
}
