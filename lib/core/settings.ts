import { usableCores } from "./usableCores";

/**
 * What a reader can choose, as `npm start -- --help` explains; the command line hands it to the kernel in environment
 * variables.
 */
export interface Settings {
  weights?: string;
  entry?: string;
  images?: string;
  labels?: string;
  size?: string;
  mean?: string;
  std?: string;
  threads: number;
  fresh: boolean;
  full: boolean;
  note?: string;
}

/** Names of the environment variables behind the settings. */
export const settingVariables: Record<keyof Settings, string> = {
  weights: "LOW_RANK_WEIGHTS",
  entry: "LOW_RANK_ENTRY",
  images: "LOW_RANK_IMAGES",
  labels: "LOW_RANK_LABELS",
  size: "LOW_RANK_SIZE",
  mean: "LOW_RANK_MEAN",
  std: "LOW_RANK_STD",
  threads: "LOW_RANK_THREADS",
  fresh: "LOW_RANK_FRESH",
  full: "LOW_RANK_ALL_POINTS",
  note: "LOW_RANK_NOTE",
};

/** The settings that an environment asks for. */
export function currentSettings(environment: NodeJS.ProcessEnv): Settings {
  const given = Object.entries(settingVariables).map(([name, variable]) => [name, environment[variable] || undefined]);
  const { threads, fresh, full, ...texts } = Object.fromEntries(given);
  return { ...texts, threads: Number(threads) || usableCores(), fresh: fresh === "1", full: full === "1" };
}
