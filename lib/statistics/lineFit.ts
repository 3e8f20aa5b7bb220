import { UserError } from "../core/errors";
import { mean } from "./summary";

/** A straight line through points, and how much of their variance it explains. */
export interface LineFit {
  slope: number;
  /** y at x = 0. */
  intercept: number;
  /** Coefficient of determination, 0 to 1; NaN if all y are equal. */
  r2: number;
}

/** The least-squares line (Legendre 1805). @throws UserError unless there are as many x as y, at least three, not all x equal. */
export function lineFit(x: ArrayLike<number>, y: ArrayLike<number>): LineFit {
  if (x.length !== y.length || x.length < 3)
    throw new UserError(`no line through ${x.length} x and ${y.length} y: give three points or more`);
  const [meanX, meanY] = [mean(x), mean(y)];
  let [xx, xy, yy] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    xx += (x[i] - meanX) ** 2;
    xy += (x[i] - meanX) * (y[i] - meanY);
    yy += (y[i] - meanY) ** 2;
  }
  if (xx === 0) throw new UserError(`no line through points that all lie at x = ${x[0]}`);
  return { slope: xy / xx, intercept: meanY - (xy / xx) * meanX, r2: xy ** 2 / (xx * yy) };
}
