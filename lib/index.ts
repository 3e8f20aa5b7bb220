// What the notebooks call. Names only: each line says in which file to read on.
export { showBatching } from "./chapters/batching";
export { layerRows, pcaRows } from "./chapters/chapter1";
export {
  finalLayer,
  layerMatrix,
  middleLayer,
  recordedSpectra,
  settleChapter2,
  spectrumRows,
  truncationRows,
  whichLayerCompresses,
} from "./chapters/chapter2";
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
export {
  conclusionRows,
  conclusionText,
  earlierClaims,
  redundancy,
  redundancyRows,
  settleConclusion,
  timedConclusion,
} from "./chapters/conclusion";
export { compressHeads, fineTune, recoverHeads, scoreHeads, trainBaseHeads } from "./chapters/headRuns";
export { showMachine } from "./chapters/machine";
export { openChapter } from "./cli/openChapter";
export { openQuestions, timedOpenQuestions } from "./chapters/openQuestions";
export { allTestFeatures, headTask, seeds } from "./chapters/protocol";
export { rankExample } from "./chapters/rankExample";
export { equalTrainingFinding, recoveryVerdict, sweepTime, untrainedFinding } from "./chapters/recoveryFindings";
export { recoveryExperiment, recoveryMeans, recoveryResults, table42 } from "./chapters/recoveryTable";
export { showClaims } from "./claims/showClaims";
export { accuracyAgainstCompression, seedDistribution } from "./display/accuracy";
export { showFigure } from "./display/display";
export { figure } from "./display/figure";
export { band, bars, boxes, line, picture, points, rule } from "./display/marks";
export { progress } from "./display/progress";
export { table } from "./display/table";
export { imageSheet } from "./display/imageSheet";
export { answerHistogram, lossCurves, recoveryComparison } from "./display/recovery";
export { say } from "./display/say";
export { cumulativeVariance, scatterOfSingularValues } from "./display/spectra";
export { verdictsByChapter } from "./display/verdicts";
export { spectrumOf } from "./linalg/spectrum";
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
