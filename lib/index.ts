// What the notebooks call. Names only: each line says in which file to read on.
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
export { range } from "./core/tensor";
export { usableCores } from "./core/usableCores";
export { accuracyAgainstCompression, seedDistribution } from "./display/accuracy";
export { showFigure } from "./display/display";
export { showFacts } from "./display/facts";
export { figure } from "./display/figure";
export { band, bars, boxes, line, picture, points, rule } from "./display/marks";
export { progress } from "./display/progress";
export { productRate } from "./engines/productRate";
export { linearHeads, keptRank, withHead } from "./network/head";
export { layerOf } from "./network/layerOf";
export { costs } from "./network/network";
export { table } from "./display/table";
export { answerHistogram, lossCurves, recoveryComparison } from "./display/recovery";
export { say } from "./display/say";
export { weightMatrix } from "./linalg/matrix";
export {
  conditionNumber,
  fromSingularValues,
  rankForVariance,
  type Spectrum,
  spectrumOf,
  stableRank,
  truncationError,
} from "./linalg/spectrum";
export { singularValues, svd } from "./linalg/svd";
export { showTable } from "./display/tables";
export {
  assetNote,
  compressionRows,
  fcOrMiddle,
  guideFinding,
  guideRows,
  headFinding,
  layerPoints,
  layerSpectraRows,
  settleChapter5,
} from "./chapters/chapter5";
export { depthEngines, depthFinding, depthRows, table52, timeDepths } from "./chapters/depth";
export {
  layerTimeRows,
  machineYardsticks,
  operatorTimeRows,
  profileNetwork,
  rooflineFinding,
} from "./chapters/roofline";
export { compressEachLayer } from "./chapters/sensitivity";
export { scoreGuides } from "./chapters/sensitivityGuides";
export { trainGoodHead } from "./chapters/sensitivityHead";
export { latencyAgainstDepth } from "./display/depth";
export { roofline } from "./display/roofline";
export { sayTimed } from "./display/sayTimed";
export { guideComparison, lossAgainstConditionNumber } from "./display/sensitivity";
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
