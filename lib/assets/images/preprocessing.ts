import { UserError } from "../../core/errors";
import type { Settings } from "../../core/settings";

/** What is done to images on their way into a network. */
export interface Preprocessing {
  /** Side in pixels to which they are resized. */
  size: number;
  /** Mean and standard deviation of each channel that the network takes, for values in [0, 1]: three, or one of a grey network. */
  mean: readonly number[];
  deviation: readonly number[];
}

/** Statistics of the training images of ImageNet, as torchvision gives them, and of CIFAR-10. */
const statistics: Record<string, Pick<Preprocessing, "mean" | "deviation">> = {
  imagenet: { mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] },
  cifar: { mean: [0.4914, 0.4822, 0.4465], deviation: [0.247, 0.2435, 0.2616] },
};

/** The report's (its chapter 3): images of 128 × 128, ImageNet's statistics. */
export const reportPreprocessing: Preprocessing = { size: 128, ...statistics.imagenet };

const [smallest, largest] = [8, 1024];

/**
 * The preprocessing that --size, --mean and --std ask for, the report's where they are not given.
 * @param mean numbers, which go with `std`, or the name of a set of both.
 * @throws UserError that names the option that cannot be meant.
 */
export function preprocessingFrom({ size, mean, std }: Pick<Settings, "size" | "mean" | "std">): Preprocessing {
  const side = size === undefined ? reportPreprocessing.size : Number(size);
  if (!(Number.isInteger(side) && side >= smallest && side <= largest))
    throw new UserError(`--size takes a whole number from ${smallest} to ${largest}, not "${size}"`);
  const name = mean ?? "imagenet";
  const named = Object.hasOwn(statistics, name) ? statistics[name] : undefined;
  if (named && std === undefined) return { size: side, ...named };
  if (named || std === undefined)
    throw new UserError("--mean and --std take as many numbers, or --mean alone a name: imagenet or cifar");
  const [means, deviations] = [numbersOf(name, "--mean"), numbersOf(std, "--std")];
  if (means.length !== deviations.length)
    throw new UserError(`--mean ${mean} and --std ${std}: give as many numbers for both`);
  if (deviations.includes(0)) throw new UserError(`--std ${std}: nothing can be divided by 0`);
  return { size: side, mean: means, deviation: deviations };
}

function numbersOf(text: string, option: string): number[] {
  const numbers = text.split(",").map((each) => (each.trim() === "" ? Number.NaN : Number(each)));
  if ([1, 3].includes(numbers.length) && numbers.every((number) => number >= 0 && number <= 1)) return numbers;
  throw new UserError(`${option} takes three numbers from 0 to 1, or one for a grey network, not "${text}"`);
}

/**
 * As it is for a network of so many channels: a grey one gets the averages of three numbers, a coloured one one number three times.
 * @throws UserError for any other number of channels.
 */
export function preprocessingFor(channels: number, { size, mean, deviation }: Preprocessing): Preprocessing {
  if (channels !== 1 && channels !== 3)
    throw new UserError(`the network takes images of ${channels} channels: images have 3, or 1 made grey`);
  const average = (numbers: readonly number[]) => numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
  const fitted = (numbers: readonly number[]) =>
    numbers.length === channels ? numbers : new Array<number>(channels).fill(Number(average(numbers).toFixed(4)));
  return { size, mean: fitted(mean), deviation: fitted(deviation) };
}

export function isReports(preprocessing: Preprocessing): boolean {
  return preprocessingText(preprocessing) === preprocessingText(reportPreprocessing);
}

/** In words and numbers that suffice to do it again. */
export function preprocessingText({ size, mean, deviation }: Preprocessing): string {
  const middle = `middle ${size} × ${size} after resizing the shorter side, bilinear`;
  return `${mean.length === 1 ? "grey" : "RGB"}, ${middle}, 0 … 1, mean ${mean.join(", ")}, standard deviation ${deviation.join(", ")}`;
}
