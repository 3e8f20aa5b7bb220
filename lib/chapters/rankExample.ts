import { Matrix } from "ml-matrix";
import { svd } from "../linalg/svd";
import { Random } from "../core/random";

/**
 * The error of every truncation of a random 6 × 4 matrix, measured and as Eckart and Young predict it from σ.
 * @returns one row for each rank k: √(σ²ₖ₊₁ + …) beside ‖W − Wₖ‖ (Frobenius).
 */
export function rankExample(): Record<string, number>[] {
  const random = new Random(6);
  const matrix = Matrix.from1DArray(
    6,
    4,
    Array.from({ length: 24 }, () => random.normal()),
  );
  const { u, s, v } = svd(matrix);
  return Array.from(s, (_, i) => {
    const k = i + 1;
    const left = u.subMatrix(0, 5, 0, i).mmul(Matrix.diag([...s.slice(0, k)]));
    const truncated = left.mmul(v.subMatrix(0, 3, 0, i).transpose());
    const predicted = Math.sqrt(s.slice(k).reduce((sum, value) => sum + value ** 2, 0));
    return {
      k,
      predicted: Number(predicted.toFixed(9)),
      measured: Number(Matrix.sub(matrix, truncated).norm("frobenius").toFixed(9)),
    };
  });
}
