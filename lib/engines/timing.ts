// What notebooks compare networks by the clock with, as one group.
export { busyLine } from "../core/busyness";
export { speedupOf, speedupText } from "./speedup";
export { timeInTurn } from "./time";
export { timeBeside } from "./timeBeside";
