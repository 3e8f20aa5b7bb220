import type { FrontierPoint } from "../../../lib/chapters/frontier";
import { accuracies } from "../../support/madeUp";

/** A made-up network on the frontier: twice as fast, 80 % right, by the proposed allocation and fit unless told otherwise. */
export function frontierPoint(given: Partial<FrontierPoint> = {}): FrontierPoint {
  const [accuracy] = accuracies(80);
  return {
    allocation: "least loss",
    fit: "ReLU-aware",
    target: 2,
    ranks: new Map([["conv", { output: 8 }]]),
    predictedMs: 50,
    ms: 50,
    speedup: 2,
    speedupOneThread: 1.5,
    accuracy,
    ...given,
  };
}
