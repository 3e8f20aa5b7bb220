import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { singularValues } from "../linalg/svd";
import { type Cost, costs, type Network } from "../network/network";
import { withHead, linearHeads } from "../network/head";
import { Random } from "../core/random";
import { protocol } from "./protocol";

const stages: [string, RegExp][] = [
  ["stem", /^(conv1|bn1|relu|maxpool)$/],
  ["layer1", /^layer1/],
  ["layer2", /^layer2/],
  ["layer3", /^layer3/],
  ["layer4", /^layer4/],
  ["fc", /^fc/],
];

const percent = (part: number, whole: number) => Number(((100 * part) / whole).toFixed(2));
const total = (rows: Cost[], key: "parameters" | "macs") => rows.reduce((sum, row) => sum + row[key], 0);

/** Parameters and MACs of each stage of the network with the report's ten-class head, one 128 × 128 image. */
export function layerRows(network: Network): Record<string, string | number>[] {
  const all = costs(withHead(network, linearHeads(512, protocol.classes, [0])[0]), [...protocol.imageShape]);
  const groups = [...stages.map(([stage, pattern]) => [stage, all.filter(({ name }) => pattern.test(name))] as const)];
  return [...groups, ["all", all] as const].map(([stage, rows]) => ({
    stage,
    parameters: total(rows, "parameters"),
    "parameters %": percent(total(rows, "parameters"), total(all, "parameters")),
    "million MACs": Number((total(rows, "macs") / 1e6).toFixed(3)),
    "MACs %": percent(total(rows, "macs"), total(all, "macs")),
  }));
}

function randomMatrix(rows: number, columns: number, seed: number): Matrix {
  const random = new Random(seed);
  const matrix = new Matrix(rows, columns);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) matrix.set(i, j, random.normal() * (1 + j));
  return matrix;
}

/** Covariance eigenvalues of a random 200 × 5 matrix beside σ² / (n − 1) of its centred columns (chapter 1). */
export function pcaRows(): Record<string, number>[] {
  const rows = 200;
  const centred = randomMatrix(rows, 5, 1).center("column");
  const covariance = centred
    .transpose()
    .mmul(centred)
    .div(rows - 1);
  const eigenvalues = new EigenvalueDecomposition(covariance, { assumeSymmetric: true }).realEigenvalues.sort(
    (a, b) => b - a,
  );
  const sigma = singularValues(centred);
  return eigenvalues.map((eigenvalue, i) => ({
    component: i + 1,
    eigenvalue: Number(eigenvalue.toFixed(6)),
    "σ² / (n − 1)": Number((sigma[i] ** 2 / (rows - 1)).toFixed(6)),
  }));
}
