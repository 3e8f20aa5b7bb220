import { usableCores } from "./usableCores";

/** What a reader can choose; the command line hands it to the kernel in environment variables. */
export interface Settings {
  /** A state dict of the reader's own (.pth or .safetensors). */
  weights?: string;
  /** The dictionary in the file of weights that is meant, where it holds more than one state dict. */
  entry?: string;
  /** Images of the reader's own: a folder of class folders, or CIFAR-10 or CIFAR-100 as a folder or archive. */
  images?: string;
  /** Which of CIFAR-100's labels: "fine" or "coarse". */
  labels?: string;
  /** Side to which images are resized; mean and standard deviation of their channels, or the name of a set of both. */
  size?: string;
  mean?: string;
  std?: string;
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
  labels: "LOW_RANK_LABELS",
  size: "LOW_RANK_SIZE",
  mean: "LOW_RANK_MEAN",
  std: "LOW_RANK_STD",
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
    labels: environment[settingVariables.labels] || undefined,
    size: environment[settingVariables.size] || undefined,
    mean: environment[settingVariables.mean] || undefined,
    std: environment[settingVariables.std] || undefined,
    threads: Number(environment[settingVariables.threads]) || usableCores(),
    fresh: environment[settingVariables.fresh] === "1",
    full: environment[settingVariables.full] === "1",
    note: environment[settingVariables.note] || undefined,
  };
}
