// The statistics that notebooks call, as one group.
export { binomialProbability, countBehind } from "./counts";
export { lineFit } from "./lineFit";
export { mcnemar } from "./mcnemar";
export { pairedCounts } from "./pairedDifference";
export { spearmanInterval } from "./spearman";
export { mean, meanInterval, median, quantile } from "./summary";
