import { optionOf } from "../../compression/measure/latencyTable";
import type { Measured } from "../../compression/measureCompressed";
import type { Prepared } from "../../compression/prepareCompression";
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
export function plannedLayers({ measured }: Prepared, { ranks: plan }: SpeedPlan) {
  return measured.layers.map((measuredLayer) => {
    const { layer, fullRank } = measuredLayer;
    const ranks = plan.get(layer);
    const [before, after] = [undefined, ranks].map((each) => optionOf(measuredLayer, each));
    return {
      layer,
      ranks,
      fullRank,
      inputs: convOf(measured.network, layer).weight.shape[1],
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
  const rest = prepared.measured.restMs;
  const total = totalMacs(prepared, layers);
  const listed = layers.reduce((sum, { macs }) => sum + macs.before, 0);
  const row = (name: string, ranks: string[], macs: Change, ms: Change) => [
    name,
    ...ranks,
    arrow(macs, (value) => (value / 1e6).toFixed(1)),
    arrow(ms, (value) => value.toFixed(1)),
  ];
  const other = { before: total.before - listed, after: total.before - listed };
  const { original, compressed } = plan.predictedMs;
  return textTable(
    ["layer", "input rank", "rank", "million MACs an image", "predicted ms a batch"],
    [
      ...layers.map(({ layer, ranks, fullRank, inputs, macs, ms }) =>
        row(layer, [rankOf(ranks?.input, inputs), rankOf(ranks?.output, fullRank)], macs, ms),
      ),
      row("everything else", ["as is", "as is"], other, { before: rest, after: rest }),
      row("total", ["", ""], total, { before: original, after: compressed }),
    ],
  );
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
