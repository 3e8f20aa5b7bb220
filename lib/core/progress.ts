/** Called as work goes on: how many of its parts are done. */
export type OnProgress = (done: number, total: number) => void;

/** The same of work in named steps: how many of a step's parts are done. */
export type OnStep = (step: string, done: number, total: number) => void;
