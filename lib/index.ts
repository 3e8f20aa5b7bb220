// What the notebooks call. Names only: each line says in which file to read on.
export { firstImages } from "./assets/images/cifar10";
export { collectClaims } from "./claims/collectClaims";
export { recordedLabels, recordedSpectra } from "./claims/recorded";
export { report } from "./claims/report";
export { settle } from "./claims/settle";
export { showClaims } from "./claims/showClaims";
export { verdicts } from "./claims/verdicts";
export { openChapter } from "./cli/openChapter";
export { cached } from "./core/cache";
export { normalTensor, Random } from "./core/random";
export { range, relativeError, type Tensor } from "./core/tensor";
export { usableCores } from "./core/usableCores";
export { errorAgainstRank, frontier, timeAgainstMacs } from "./display/compression";
export { showFigure } from "./display/display";
export { showFacts } from "./display/facts";
export { figure } from "./display/figure";
export { band, bars, boxes, line, picture, points, rule } from "./display/marks";
export { progress } from "./display/progress";
export { say } from "./display/say";
export { sayTimed } from "./display/sayTimed";
export { table } from "./display/table";
export { showTable } from "./display/tables";
export { features } from "./engines/features";
export { LayerVariants, outputErrors } from "./engines/layerVariants";
export { loadTensorflow } from "./engines/loadTensorflow";
export { memoryBandwidth } from "./engines/memoryBandwidth";
export { onnxRuntime } from "./engines/onnxRuntime";
export { productRate } from "./engines/productRate";
export { profileNetwork } from "./engines/profileNetwork";
export { run } from "./engines/run";
export { tensorflow } from "./engines/tensorflow";
export { timeInTurn } from "./engines/time";
export { weightMatrix } from "./linalg/matrix";
export {
  conditionNumber,
  effectiveRank,
  fromSingularValues,
  rankForVariance,
  type Spectrum,
  spectrumOf,
  stableRank,
  truncationError,
} from "./linalg/spectrum";
export { singularValues, svd } from "./linalg/svd";
export { deepNetwork } from "./network/deepNetwork";
export { factorize, type Head, keptRank, linearHeads, withHead } from "./network/head";
export { layerOf } from "./network/layerOf";
export { rankForShare, withLowRankLayer } from "./network/lowRank";
export { costs, parameterCount } from "./network/network";
export { binomialProbability, countBehind } from "./statistics/counts";
export { lineFit } from "./statistics/lineFit";
export { mcnemar } from "./statistics/mcnemar";
export { pairedCounts } from "./statistics/pairedDifference";
export { spearmanInterval } from "./statistics/spearman";
export { mean, meanInterval, median, quantile } from "./statistics/summary";
export { shuffled } from "./training/batches";
export { outcomeOf } from "./training/collapse";
export { largestCurvature, stabilityLimit } from "./training/curvature";
export { accuracyOf, logitsOf, predictionCounts, predictions, topOne } from "./training/evaluate";
export { chooseLearningRate, splitForValidation } from "./training/learningRate";
export { centredOverClasses, outputAwareHead } from "./training/outputAware";
export { trainHeads } from "./training/trainHeads";

// Until every notebook takes the names above.
export { formFinding, settleChapter7, stageRows } from "./chapters/chapter7";
export {
  buildChosen,
  choosePlan,
  chosenFinding,
  imageByImageRows,
  planRows,
  writeChosen,
} from "./chapters/chosenNetwork";
export { studyCompression } from "./chapters/compressionStudy";
export { compareFits, fitFinding, fitRows } from "./chapters/fitComparison";
export { formRows, timeForms } from "./chapters/formTiming";
export { frontierFinding, frontierRows, scorePlans, timePlans } from "./chapters/frontier";
export { layerErrors } from "./chapters/layerErrors";
export { headTask, seeds } from "./chapters/protocol";
