import { dot, type Rows, timesTransposed, transposed } from "../../linalg/rows";
import { choleskyFactor, solveCholesky } from "../../linalg/solve";

/** Ridges tried, as shares of the inputs' mean variance; of equally good ones the first, so the strongest, counts. */
const ridges = [1, 1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8] as const;

/** One observation in so many is kept from the first fit to choose the ridge on. */
const heldOut = 10;

/** An affine map. */
export interface Affine {
  /** (outputs, inputs). */
  weight: Rows;
  /** (outputs). */
  bias: Float64Array;
}

/**
 * The affine map from inputs to outputs that is best in squares, with weights held near 0: ridge regression (Hoerl &
 * Kennard 1970, Technometrics 12, 55–67), in float64. How much the observations can be trusted depends on how many they
 * are and on how noisy, which no fixed ridge can know: the best of nine on every tenth observation, held out from a first
 * fit, is used for a second one to all. Below ten observations, the strongest.
 * @param inputs (N, inputs), N ≥ 1; a column that never varies gets weight 0.
 * @param outputs (N, outputs).
 */
export function ridgeRegression(inputs: Rows, outputs: Rows): Affine {
  return solution(normalEquations(inputs, outputs), chosenRidge(inputs, outputs));
}

function chosenRidge(inputs: Rows, outputs: Rows): number {
  const isHeldOut = (_: Float64Array, n: number) => n % heldOut === heldOut - 1;
  const isFitted = (row: Float64Array, n: number) => !isHeldOut(row, n);
  const equations = normalEquations(inputs.filter(isFitted), outputs.filter(isFitted));
  const [unseen, expected] = [inputs.filter(isHeldOut), outputs.filter(isHeldOut)];
  const errors = ridges.map((ridge) => squaredError(solution(equations, ridge), unseen, expected));
  return ridges[errors.indexOf(Math.min(...errors))];
}

/** Sums over the observations of products of centred numbers. */
interface NormalEquations {
  /** (inputs, inputs). */
  gram: Rows;
  /** (outputs, inputs). */
  cross: Rows;
  /** Means: (inputs) and (outputs). */
  meanInput: Float64Array;
  meanOutput: Float64Array;
}

function normalEquations(inputs: Rows, outputs: Rows): NormalEquations {
  const [columns, targets] = [transposed(inputs), transposed(outputs)];
  const [meanInput, meanOutput] = [centre(columns), centre(targets)];
  return { gram: timesTransposed(columns, columns), cross: timesTransposed(targets, columns), meanInput, meanOutput };
}

/** @param ridge share of the mean variance, above 0. */
function solution({ gram, cross, meanInput, meanOutput }: NormalEquations, ridge: number): Affine {
  const meanSquare = gram.reduce((sum, row, i) => sum + row[i], 0) / gram.length;
  // Where no input varies nothing is to be fitted, and any number keeps the equations solvable.
  const added = ridge * meanSquare || 1;
  const regularized = gram.map((row, i) => row.map((value, j) => (i === j ? value + added : value)));
  const weight = solveCholesky(choleskyFactor(regularized), cross);
  return { weight, bias: meanOutput.map((mean, c) => mean - dot(weight[c], meanInput)) };
}

function squaredError({ weight, bias }: Affine, inputs: Rows, outputs: Rows): number {
  return timesTransposed(inputs, weight).reduce((sum, row, n) => {
    for (let c = 0; c < row.length; c++) row[c] += bias[c] - outputs[n][c];
    return sum + dot(row, row);
  }, 0);
}

/** Subtracts each row's mean from it, in place. Returns the means. */
function centre(rows: Rows): Float64Array {
  return Float64Array.from(rows, (row) => {
    // Of equal numbers exactly theirs: what rounding would leave of them could pass for variance.
    const mean = row.every((value) => value === row[0])
      ? row[0]
      : row.reduce((sum, value) => sum + value, 0) / row.length;
    for (let k = 0; k < row.length; k++) row[k] -= mean;
    return mean;
  });
}
