import { mean, median, quantile } from "../statistics/summary";
import { type Outcome, outcomeOf } from "../training/collapse";
import { flatten, largestCurvature, stabilityLimit } from "../training/curvature";
import { logitsOf, predictionCounts, predictions } from "../training/evaluate";
import type { Head } from "../network/head";
import type { TrainingRun } from "../training/trainHeads";
import { progress } from "../display/progress";
import { cached } from "../core/cache";
import { type HeadName, headTitles } from "./chapter3";
import type { Chapter } from "./open";
import type { LabelledFeatures } from "../engines/features";
import { protocol } from "./protocol";

/** How every seed's head ended, and what it answers. */
export interface Ending {
  outcomes: Outcome[];
  /** Answers of each class, a row a seed. */
  answers: number[][];
  losses: Float32Array[];
}

/** Looks at what a training run left behind, on labelled features that it did not see. */
export function endingOf(run: TrainingRun, { features }: LabelledFeatures): Ending {
  const predicted = run.heads.map((head) => predictions(logitsOf(head, features)));
  return {
    outcomes: predicted.map((answers, i) => outcomeOf(answers, protocol.classes, run.nonFiniteAt[i] === undefined)),
    answers: predicted.map((answers) => predictionCounts(answers, protocol.classes)),
    losses: run.losses,
  };
}

/**
 * A loss has spiked, the sign of an unstable step, where it lies beyond this many times the larger of its first value
 * and ln 10, the loss of ten equally likely answers: a head that starts well trained may rise so far without harm.
 */
const spikeFactor = 1.5;
const spikeRule = `${spikeFactor} × the larger of its first value and ln 10`;
const spiked = (losses: Float32Array) => losses.some((loss) => !(loss <= spikeFactor * Math.max(losses[0], Math.LN10)));

/** Rows of table 4-4: how the seeds of each head end. */
export function endingRows(endings: Record<string, Ending>) {
  return Object.entries(endings).map(([head, { outcomes, losses }]) => {
    const count = (outcome: Outcome) => outcomes.filter((other) => other === outcome).length;
    return {
      head: headTitles[head as HeadName] ?? head,
      seeds: outcomes.length,
      healthy: count("healthy"),
      "near-constant": count("near-constant"),
      constant: count("constant"),
      "non-finite": count("non-finite"),
      "loss spiked, seeds": losses.filter(spiked).length,
      "median of the last epoch's loss": Number(median(losses.map((loss) => mean(loss.slice(-16)))).toFixed(4)),
    };
  });
}

/** Answers of each class, mean over the seeds, beside the true counts. */
export function meanAnswers(endings: Record<string, Ending>, labels: Uint8Array): Record<string, number[]> {
  const means = Object.entries(endings).map(([head, { answers }]) => [
    headTitles[head as HeadName] ?? head,
    answers[0].map((_, label) => mean(answers.map((counts) => counts[label]))),
  ]);
  return { "true labels": predictionCounts(labels, protocol.classes), ...Object.fromEntries(means) };
}

/** Loss of every step: median and central 95 % over the seeds. */
export function lossBands(endings: Record<string, Ending>) {
  return Object.entries(endings).map(([head, { losses }]) => {
    const at = (q: number) =>
      Array.from(losses[0], (_, step) =>
        quantile(
          losses.map((loss) => loss[step]),
          q,
        ),
      );
    return { name: headTitles[head as HeadName] ?? head, low: at(0.025), middle: at(0.5), high: at(0.975) };
  });
}

/** What became of the report's protocol on the assets in use, from the endings. */
export function endingFinding(endings: Record<string, Ending>): string {
  const all = Object.values(endings).flatMap(({ outcomes }) => outcomes);
  const broken = all.filter((outcome) => outcome !== "healthy").length;
  const spikes = Object.values(endings).flatMap(({ losses }) => losses.filter(spiked)).length;
  const opening =
    broken === 0
      ? `None of the ${all.length} heads ends as a constant answer or without finite numbers: on the assets in use the report's protocol does not collapse.`
      : `${broken} of ${all.length} heads end as a (nearly) constant answer or without finite numbers: the collapse that the printed numbers show happens here too.`;
  return `${opening} In ${spikes} of ${all.length} trainings the loss *spikes*: at some step it lies beyond ${spikeRule}, the loss of ten equally likely answers.`;
}

/** The largest curvature of each seed's loss where training starts, and whether the training then was stable. */
export interface CurvatureStudy {
  head: string;
  curvatures: number[];
  spiked: boolean[];
}

/**
 * Lanczos iteration on Hessian-vector products over all training features, for the first seeds of each kind of head.
 * Cached by content.
 * @param starts heads before the training whose losses `endings` holds.
 */
export async function curvatureStudy(
  chapter: Chapter,
  { features, labels }: LabelledFeatures,
  starts: Record<string, readonly Head[]>,
  endings: Record<string, Ending>,
  seeds: number,
): Promise<CurvatureStudy[]> {
  const names = Object.keys(starts);
  const first = (head: string) => starts[head].slice(0, seeds);
  const origin = {
    features: features.data,
    labels,
    starts: names.map((head) => first(head).map(flatten)),
  };
  const bar = progress(`largest curvature of ${seeds} seeds`, seeds * names.length);
  const curvatures = await cached("curvature-2", origin, chapter, () =>
    names.map((head, kind) =>
      first(head).map((start, seed) => {
        const curvature = largestCurvature(start, { features, labels }, seed);
        bar.update(kind * seeds + seed + 1);
        return curvature;
      }),
    ),
  );
  bar.end();
  return names.map((head, kind) => ({
    head,
    curvatures: curvatures[kind],
    spiked: endings[head].losses.slice(0, seeds).map(spiked),
  }));
}

/** Rows of table 4-5: curvature against the stability limit of SGD with momentum. */
export function curvatureRows(studies: readonly CurvatureStudy[], learningRate: number = protocol.learningRate) {
  const limit = stabilityLimit(learningRate, protocol.momentum);
  return studies.map(({ head, curvatures, spiked }) => ({
    head: headTitles[head as HeadName] ?? head,
    "smallest curvature": Number(Math.min(...curvatures).toPrecision(4)),
    "median curvature": Number(median(curvatures).toPrecision(4)),
    "largest curvature": Number(Math.max(...curvatures).toPrecision(4)),
    [`limit at lr ${learningRate}`]: Number(limit.toPrecision(4)),
    "seeds above it": `${curvatures.filter((value) => value > limit).length} of ${curvatures.length}`,
    "stable lr up to": Number(stabilityLimit(median(curvatures), protocol.momentum).toPrecision(3)),
    "seeds astray (a spike within it, or none above it)": curvatures.filter((value, i) => value > limit !== spiked[i])
      .length,
  }));
}

/** What the curvature explains and what it does not, from the study. */
export function curvatureFinding(studies: readonly CurvatureStudy[]): string {
  const limit = stabilityLimit(protocol.learningRate, protocol.momentum);
  const all = studies.flatMap(({ curvatures, spiked }) =>
    curvatures.map((value, i) => ({ above: value > limit, spiked: spiked[i] })),
  );
  const above = all.filter((one) => one.above);
  const below = all.filter((one) => !one.above);
  const count = (group: typeof all) => group.filter((one) => one.spiked).length;
  const astray = all.filter((one) => one.above !== one.spiked).length;
  const reading =
    above.length === 0
      ? "No head starts beyond the limit, so the step size is not what curvature at the start can blame."
      : `Of ${above.length} heads that start beyond the limit, ${count(above)} show a loss that spikes, beyond ${spikeRule}.`;
  const rest =
    below.length === 0
      ? ""
      : ` Of ${below.length} heads that start within it, ${count(below)} show a loss that spikes.`;
  return `${reading}${rest} ${astray} of ${all.length} heads do not follow the rule: it holds for a quadratic, and the curvature of a real loss changes along the way.`;
}
