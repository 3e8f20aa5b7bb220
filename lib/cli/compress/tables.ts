import { optionOf } from "../../compression/measure/latencyTable";
import type { Measured } from "../../compression/measureCompressed";
import { measuredIn, type Prepared } from "../../compression/prepareCompression";
import { pointsLost } from "../../compression/comparePredictions";
import type { Candidate } from "../../compression/compressNetwork";
import type { SpeedPlan } from "../../compression/allocate/speedPlan";
import { busyLine } from "../../core/busyness";
import { speedupText } from "../../engines/speedup";
import { convOf } from "../../network/layerOf";
import { costs } from "../../network/network";
import type { Accuracy } from "../../training/evaluate";
import { textTable } from "../textTable";

interface Change {
  before: number;
  after: number;
}

/**
 * The plan, layer by layer: ranks (undefined: as it is), multiply-accumulates of one image, predicted milliseconds of a
 * batch.
 */
export function plannedLayers(prepared: Prepared, { precision, ranks: plan, inFp32 }: SpeedPlan) {
  const { measured } = prepared;
  const chosen = measuredIn(prepared, precision);
  return measured.layers.map((measuredLayer, i) => {
    const { layer, fullRank } = measuredLayer;
    const ranks = plan.get(layer);
    const before = optionOf(measuredLayer, undefined);
    const after = optionOf(chosen.layers[i], ranks);
    return {
      layer,
      ranks,
      fullRank,
      inputs: convOf(measured.network, layer).weight.shape[1],
      precision: inFp32.has(layer) ? "fp32" : precision,
      macs: { before: before.macs, after: after.macs },
      ms: { before: before.ms, after: after.ms },
    };
  });
}

/** Multiply-accumulates of the whole network for one image. */
export function totalMacs({ measured: { network, imageShape } }: Prepared, layers: readonly { macs: Change }[]) {
  const before = costs(network, [...imageShape]).reduce((sum, { macs }) => sum + macs, 0);
  return { before, after: layers.reduce((sum, { macs }) => sum + macs.after - macs.before, before) };
}

/** The plan as a table. */
export function planTable(prepared: Prepared, plan: SpeedPlan): string {
  const layers = plannedLayers(prepared, plan);
  const rest = { before: prepared.measured.restMs, after: measuredIn(prepared, plan.precision).restMs };
  const total = totalMacs(prepared, layers);
  const listed = layers.reduce((sum, { macs }) => sum + macs.before, 0);
  const row = (name: string, ranks: string[], macs: Change, ms: Change, precision: string) => [
    name,
    ...ranks,
    arrow(macs, (value) => (value / 1e6).toFixed(1)),
    arrow(ms, (value) => value.toFixed(1)),
    precision,
  ];
  const other = { before: total.before - listed, after: total.before - listed };
  const { original, compressed } = plan.predictedMs;
  return textTable(
    ["layer", "input rank", "rank", "million MACs an image", "predicted ms a batch", "precision"],
    [
      ...layers.map(({ layer, ranks, fullRank, inputs, macs, ms, precision }) =>
        row(layer, [rankOf(ranks?.input, inputs), rankOf(ranks?.output, fullRank)], macs, ms, precision),
      ),
      row("everything else", ["as is", "as is"], other, rest, ""),
      row("total", ["", ""], total, { before: original, after: compressed }, ""),
    ],
  );
}

/** What each way would reach, as planned: speed-ups by the clock or the latency table, what they are predicted to lose. */
export function waysTable(plans: readonly SpeedPlan[]): string {
  return textTable(
    ["way", "layers split", "times as fast", "divergence, nats an image"],
    plans.map((plan) => [...wayOf(plan), plan.speedup.toFixed(2), plan.loss.toPrecision(2)]),
  );
}

/** What was tried on the held-out images, in turn. */
export function triedTable(tried: readonly Candidate[]): string {
  return textTable(
    ["way", "layers split", "planned, times as fast", "points lost, held-out"],
    tried.map(({ copy: { plan }, heldOut }) => {
      const [low, high] = [heldOut.drop.low, heldOut.drop.high].map((share) => (100 * share).toFixed(2));
      return [...wayOf(plan), plan.speedup.toFixed(2), `${pointsLost(heldOut).toFixed(2)} (${low} to ${high})`];
    }),
  );
}

function wayOf({ precision, ranks }: SpeedPlan): string[] {
  const split = [...ranks.values()].filter(Boolean).length;
  const way = precision === "fp32" ? "low rank" : split > 0 ? "low rank, int8" : "int8";
  return [way, split > 0 ? `${split} of ${ranks.size}` : "none"];
}

function rankOf(rank: number | undefined, full: number): string {
  return rank === undefined ? "as is" : `${rank} of ${full}`;
}

/** What was measured as a table, times as lower quartiles, and who else ran. */
export function measuredTable(measured: Measured): string {
  const { before, after, drop, mcnemar, ms, speedup, interval: range, doubtful, bytes } = measured;
  const spread = ({ usual, spread }: Measured["ms"]["before"]) => `${usual.toFixed(1)} (± ${(spread / 2).toFixed(1)})`;
  const faster = `${speedupText({ ratio: speedup, doubtful })} as fast (${range.low.toFixed(2)} to ${range.high.toFixed(2)})`;
  const megabytes = (value: number) => (value / 1e6).toFixed(1);
  const interval = `${points(drop.low)} to ${points(drop.high)}, McNemar's mid-p ${mcnemar.midP.toPrecision(2)}`;
  const table = textTable(
    ["", "before", "after", "difference"],
    [
      ["top-1, %", percent(before), percent(after), `${points(-drop.difference)} points (drop ${interval})`],
      ["ms a batch", spread(ms.before), spread(ms.after), faster],
      ["ONNX file, MB", megabytes(bytes.before), megabytes(bytes.after), share(bytes)],
    ],
  );
  return `${table}\n${busyLine("the result", Math.max(ms.before.busy, ms.after.busy))}`;
}

function percent({ share, low, high }: Accuracy): string {
  return `${(100 * share).toFixed(2)} (${(100 * low).toFixed(2)} to ${(100 * high).toFixed(2)})`;
}

/** A share as points of a hundred, with its sign. */
function points(share: number): string {
  const text = (100 * share).toFixed(2);
  return share > 0 ? `+${text}` : text.replace("-", "−");
}

function share({ before, after }: Change): string {
  return `${((100 * after) / before).toFixed(0)} % of it`;
}

function arrow({ before, after }: Change, format: (value: number) => string): string {
  return before === after ? format(before) : `${format(before)} → ${format(after)}`;
}
