/** Called as work in named steps goes on: how many of a step's parts are done. */
export type OnStep = (step: string, done: number, total: number) => void;
