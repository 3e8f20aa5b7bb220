// The door of chapter 7. Names only: each line says in which file to read on.
export { allocateRanks } from "./allocate/allocateRanks";
export { equalLoss, uniformShare } from "./allocate/baselines";
export type { Allocation } from "./allocate/choices";
export { comparePredictions } from "./comparePredictions";
export { compressNetwork } from "./compressNetwork";
export { type Fit, fitNetwork, fits } from "./fit/fitNetwork";
export { refitHead } from "./fit/linearRefit";
export { inverseOf, projection, reducedRankRegression, relativeResidual } from "./fit/reducedRank";
export { splitByBases } from "./fit/splitByBases";
export { optionOf, predictMs } from "./measure/latencyTable";
export { choicesOf, measuredLayer, measureLayers } from "./measure/measureLayers";
export type { Moments } from "./measure/moments";
export { momentsBetween } from "./measure/momentsBetween";
export { weightBases } from "./measure/weightBases";
export { placeholderSplits, placeholderSvd } from "./placeholders";
export { rankMetadata } from "./rankMetadata";
// Of the layers below, what only a compression needs.
export { varied } from "../assets/images/varied";
export { doubleProducts } from "../engines/doubleProducts";
export { foldBatchNorms } from "../network/foldBatchNorms";
export { inputSplit } from "../network/inputSplit";
export { outputSplit } from "../network/outputSplit";
export type { LayerRanks, RankPlan } from "../network/rankPlan";
export { replaceNode } from "../network/rewire";
export { spatialSplit } from "../network/spatialSplit";
export { toOnnx } from "../network/onnx";
export { tucker2 } from "../network/tucker2";
