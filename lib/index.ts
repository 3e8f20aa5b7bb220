// What the notebooks call. Names only: each line says in which file to read on.
export { firstImages } from "./assets/images/cifar10";
export { report } from "./claims/report";
export { settle } from "./claims/settle";
export { range, type Tensor } from "./core/tensor";
export { features } from "./engines/features";
export { loadTensorflow } from "./engines/loadTensorflow";
export { run } from "./engines/run";
export { weightMatrix } from "./linalg/matrix";
export { svd } from "./linalg/svd";
export { factorize, type Head, keptRank, linearHeads, withHead } from "./network/head";
export { costs, parameterCount } from "./network/network";
export { mean, median, quantile } from "./statistics/summary";
export { shuffled } from "./training/batches";
export { logitsOf, topOne } from "./training/evaluate";
export { trainHeads } from "./training/trainHeads";
export { showBatching } from "./chapters/batching";
export {
  accuracySamples,
  checkHeadInNetwork,
  costOfTheCut,
  headsEvidence,
  reportedBeforeRecovery,
  settleChapter3,
  table31,
} from "./chapters/chapter3";
export {
  recoveryFinding,
  reportedAfterRecovery,
  settleChapter4,
  table41,
  timeHeads,
  timingFinding,
} from "./chapters/chapter4";
export {
  curvatureFinding,
  curvatureRows,
  curvatureStudy,
  endingFinding,
  endingOf,
  endingRows,
  lossBands,
  meanAnswers,
} from "./chapters/collapseStudy";
export {
  forensicFinding,
  forensicRows,
  readPrintedAccuracy,
  recordedClassCounts,
  recount,
} from "./chapters/forensics";
export { compressHeads, fineTune, recoverHeads, scoreHeads, trainBaseHeads } from "./chapters/headRuns";
export { openChapter } from "./cli/openChapter";
export { allTestFeatures, headTask, seeds } from "./chapters/protocol";
export { equalTrainingFinding, recoveryVerdict, sweepTime, untrainedFinding } from "./chapters/recoveryFindings";
export { recoveryExperiment, recoveryMeans, recoveryResults, table42 } from "./chapters/recoveryTable";
export { collectClaims } from "./claims/collectClaims";
export { recordedSpectra } from "./claims/recorded";
export { report } from "./claims/report";
export { settle } from "./claims/settle";
export { showClaims } from "./claims/showClaims";
export { verdicts } from "./claims/verdicts";
export { normalTensor, Random } from "./core/random";
export { range, relativeError } from "./core/tensor";
export { usableCores } from "./core/usableCores";
export { accuracyAgainstCompression, seedDistribution } from "./display/accuracy";
export { showFigure } from "./display/display";
export { showFacts } from "./display/facts";
export { figure } from "./display/figure";
export { band, bars, boxes, line, picture, points, rule } from "./display/marks";
export { progress } from "./display/progress";
export { productRate } from "./engines/productRate";
export { keptRank, linearHeads, withHead } from "./network/head";
export { layerOf } from "./network/layerOf";
export { costs, parameterCount } from "./network/network";
export { table } from "./display/table";
export { answerHistogram, lossCurves, recoveryComparison } from "./display/recovery";
export { say } from "./display/say";
export { weightMatrix } from "./linalg/matrix";
export {
  conditionNumber,
  effectiveRank,
  fromSingularValues,
  rankForVariance,
  spectrumOf,
  stableRank,
  truncationError,
  type Spectrum,
} from "./linalg/spectrum";
export { singularValues, svd } from "./linalg/svd";
export { showTable } from "./display/tables";
export { sayTimed } from "./display/sayTimed";
export { settleChapter7, formFinding, stageRows } from "./chapters/chapter7";
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
export { layerErrors } from "./chapters/layerErrors";
export { formRows, timeForms } from "./chapters/formTiming";
export { frontierFinding, frontierRows, scorePlans, timePlans } from "./chapters/frontier";
export { errorAgainstRank, frontier, timeAgainstMacs } from "./display/compression";
export { cached } from "./core/cache";
export { firstImages } from "./assets/images/cifar10";
export { features } from "./engines/features";
export { LayerVariants, outputErrors } from "./engines/layerVariants";
export { memoryBandwidth } from "./engines/memoryBandwidth";
export { onnxRuntime } from "./engines/onnxRuntime";
export { profileNetwork } from "./engines/profileNetwork";
export { tensorflow } from "./engines/tensorflow";
export { timeInTurn } from "./engines/time";
export { deepNetwork } from "./network/deepNetwork";
export { rankForShare, withLowRankLayer } from "./network/lowRank";
export { lineFit } from "./statistics/lineFit";
export { spearmanInterval } from "./statistics/spearman";
export { median } from "./statistics/summary";
export { accuracyOf, logitsOf, predictions, topOne } from "./training/evaluate";
export { trainHeads } from "./training/trainHeads";
