import { identity, type Product, type Rows, sum, transposed } from "./rows";
import { choleskyFactor, solveCholesky } from "./solve";

/** Sides below which a loop is as fast as a call. */
const small = 64;

/**
 * The inverse of a symmetric positive definite matrix by its blocks and their Schur complement (Golub & Van Loan, Matrix
 * Computations, 4th ed., §3.2.6, applied to both halves in turn): nearly all of it is matrix products.
 * @param a (n, n); not changed.
 * @param product gives A Bᵀ of A and B.
 * @throws UserError if the matrix is not positive definite, to rounding.
 */
export async function definiteInverse(a: Rows, product: Product): Promise<Rows> {
  if (a.length <= small) return solveCholesky(choleskyFactor(a), identity(a.length));
  const half = Math.ceil(a.length / 2);
  const block = (rows: Rows, from: number, to?: number) => rows.map((row) => row.slice(from, to));
  const [upper, lower] = [a.slice(0, half), a.slice(half)];
  const below = block(lower, 0, half);
  const first = await definiteInverse(block(upper, 0, half), product);
  // C A⁻¹, and D − C A⁻¹ Cᵀ.
  const mixing = await product(below, first);
  const complement = sum(block(lower, half), (await product(mixing, below)).map(negated));
  const last = await definiteInverse(complement, product);
  const mixingColumns = transposed(mixing);
  const corner = await product(mixingColumns, last);
  const added = await product(corner, mixingColumns);
  const cornerRows = transposed(corner);
  const upperLeft = sum(first, added);
  return [
    ...upperLeft.map((row, i) => joined(row, negated(corner[i]))),
    ...last.map((row, i) => joined(negated(cornerRows[i]), row)),
  ];
}

const negated = (row: Float64Array) => row.map((value) => -value);

function joined(a: Float64Array, b: Float64Array): Float64Array {
  const result = new Float64Array(a.length + b.length);
  result.set(a);
  result.set(b, a.length);
  return result;
}
