import type { Matrix } from "ml-matrix";
import type { Tensor } from "../../core/tensor";
import { leadingEigenvectors } from "../../linalg/subspace";
import type { Moments } from "./moments";

/** Directions of layers' outputs and, where those can be narrowed, of their inputs. */
export interface LayerBases {
  outputs: ReadonlyMap<string, OutputBasis>;
  inputs: ReadonlyMap<string, InputBasis>;
}

/** Directions of a layer's outputs, what is to be kept first. */
export interface OutputBasis {
  moments: Moments;
  /** (out, out), orthonormal rows. */
  components: Matrix;
  /** Descending. */
  variances: Float64Array;
}

/** A layer's inputs in new coordinates, those that its outputs depend on most first. */
export interface InputBasis {
  /** (in, in): from channels to coordinates. */
  encode: Tensor;
  /** (out, in, height, width): the layer's kernels on coordinates. */
  kernels: Tensor;
  /** Means of the coordinates, (in). */
  means: Float64Array;
}

/** All principal components. @param moments of a layer's outputs with themselves. */
export function outputBasis(moments: Moments): OutputBasis {
  const { vectors, values } = leadingEigenvectors(moments.xx, moments.xx.rows);
  return { moments, components: vectors, variances: values };
}

/** Share of the outputs' variance that a projection on the first `rank` components loses; 0 for outputs that never vary. */
export function energyLost({ variances }: OutputBasis, rank: number): number {
  const total = variances.reduce((sum, value) => sum + Math.max(0, value), 0);
  const lost = variances.slice(rank).reduceRight((sum, value) => sum + Math.max(0, value), 0);
  return total > 0 ? lost / total : 0;
}
