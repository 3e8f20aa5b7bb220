import type { Matrix } from "ml-matrix";
import { matrixOfRows, rowsOf, timesTransposed, withAddedDiagonal } from "../../linalg/matrix";
import { dot } from "../../linalg/rows";
import { choleskyFactor, solveCholesky } from "../../linalg/solve";

/** Ridges tried, as shares of the inputs' mean variance; of equally good ones the first, so the strongest, counts. */
const ridges = [1, 1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8] as const;

/** One observation in so many is kept from the first fit to choose the ridge on. */
const heldOut = 10;

/** An affine map. */
export interface Affine {
  /** (outputs, inputs). */
  weight: Matrix;
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
export function ridgeRegression(inputs: Matrix, outputs: Matrix): Affine {
  return solution(normalEquations(inputs, outputs), chosenRidge(inputs, outputs));
}

function chosenRidge(inputs: Matrix, outputs: Matrix): number {
  const [fitted, unseen] = [false, true].map(
    (wanted) => (rows: Matrix) =>
      matrixOfRows(
        rowsOf(rows).filter((_, n) => (n % heldOut === heldOut - 1) === wanted),
        rows.columns,
      ),
  );
  const equations = normalEquations(fitted(inputs), fitted(outputs));
  const errors = ridges.map((ridge) => squaredError(solution(equations, ridge), unseen(inputs), unseen(outputs)));
  return ridges[errors.indexOf(Math.min(...errors))];
}

/** Sums over the observations of products of centred numbers. */
interface NormalEquations {
  /** (inputs, inputs). */
  gram: Matrix;
  /** (outputs, inputs). */
  cross: Matrix;
  /** Means: (inputs) and (outputs). */
  meanInput: Float64Array;
  meanOutput: Float64Array;
}

function normalEquations(inputs: Matrix, outputs: Matrix): NormalEquations {
  const [columns, targets] = [inputs.transpose(), outputs.transpose()];
  const [meanInput, meanOutput] = [columns, targets].map(centre);
  return { gram: timesTransposed(columns, columns), cross: timesTransposed(targets, columns), meanInput, meanOutput };
}

/** @param ridge share of the mean variance, above 0. */
function solution({ gram, cross, meanInput, meanOutput }: NormalEquations, ridge: number): Affine {
  const meanSquare = gram.trace() / gram.rows;
  // Where no input varies nothing is to be fitted, and any number keeps the equations solvable.
  const added = ridge * meanSquare || 1;
  const weight = solveCholesky(choleskyFactor(withAddedDiagonal(gram, added)), cross);
  const rows = rowsOf(weight);
  return { weight, bias: meanOutput.map((mean, c) => mean - dot(rows[c], meanInput)) };
}

function squaredError({ weight, bias }: Affine, inputs: Matrix, outputs: Matrix): number {
  const errors = timesTransposed(inputs, weight).sub(outputs).addRowVector(bias);
  return rowsOf(errors).reduce((sum, row) => sum + dot(row, row), 0);
}

/** Subtracts each row's mean from it, in place. Returns the means. */
function centre(matrix: Matrix): Float64Array {
  return Float64Array.from(rowsOf(matrix), (row) => {
    // Of equal numbers exactly theirs: what rounding would leave of them could pass for variance.
    const mean = row.every((value) => value === row[0])
      ? row[0]
      : row.reduce((sum, value) => sum + value, 0) / row.length;
    for (let k = 0; k < row.length; k++) row[k] -= mean;
    return mean;
  });
}
