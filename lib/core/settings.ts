import { usableCores } from "./usableCores";

/** What a reader can choose; the command line hands it to the kernel in environment variables. */
export interface Settings {
  /** A state dict of the reader's own (.pth or .safetensors). */
  weights?: string;
  /** The dictionary in the file of weights that is meant, where it holds more than one state dict. */
  entry?: string;
  /** A folder in CIFAR-10's binary layout: data_batch_1.bin, test_batch.bin. */
  images?: string;
  /** Threads of the engine: all cores that this process may use unless told. */
  threads: number;
  /** Recompute what a cache holds. */
  fresh: boolean;
  /** Draw all points where a chapter draws fewer by default. */
  full: boolean;
  /** The reader's note on the weights, such as which tensors are not the official ones. */
  note?: string;
}

/** Names of the environment variables behind the settings. */
export const settingVariables = {
  weights: "LOW_RANK_WEIGHTS",
  entry: "LOW_RANK_ENTRY",
  images: "LOW_RANK_IMAGES",
  threads: "LOW_RANK_THREADS",
  fresh: "LOW_RANK_FRESH",
  full: "LOW_RANK_ALL_POINTS",
  note: "LOW_RANK_NOTE",
} as const;

/** The settings that an environment asks for. */
export function currentSettings(environment: NodeJS.ProcessEnv): Settings {
  return {
    weights: environment[settingVariables.weights] || undefined,
    entry: environment[settingVariables.entry] || undefined,
    images: environment[settingVariables.images] || undefined,
    threads: Number(environment[settingVariables.threads]) || usableCores(),
    fresh: environment[settingVariables.fresh] === "1",
    full: environment[settingVariables.full] === "1",
    note: environment[settingVariables.note] || undefined,
  };
}
