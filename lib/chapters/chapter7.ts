import type { FasterNetworkEvidence } from "../claims/chapter7";
import type { SettledClaim } from "../claims/claims";
import { settleClaims } from "../claims/settle";
import type { CompressionStudy } from "./compressionStudy";
import type { FormTime } from "./formTiming";
import type { Chapter } from "./open";

/** Rows of table 7-1: where the time goes, stage by stage. */
export function stageRows({ measured }: CompressionStudy) {
  const layers = measured.layers.map(({ layer }) => layer);
  const asItIs = (layer: string) => measured.layers.find((each) => each.layer === layer)!.options[0];
  const stageOf = (layer: string) => layer.match(/^layer\d/)?.[0] ?? "stem";
  const total = layers.reduce((sum, layer) => sum + asItIs(layer).ms, measured.restMs);
  const macs = layers.reduce((sum, layer) => sum + asItIs(layer).macs, 0);
  const share = (part: number, whole: number) => (100 * part) / whole;
  return [...new Set(layers.map(stageOf))].map((stage) => {
    const own = layers.filter((layer) => stageOf(layer) === stage);
    const ms = own.reduce((sum, layer) => sum + asItIs(layer).ms, 0);
    const work = own.reduce((sum, layer) => sum + asItIs(layer).macs, 0);
    return {
      stage,
      convolutions: own.length,
      "MACs %": Number(share(work, macs).toFixed(1)),
      "median ms": ms.toFixed(1),
      "share of all ms": `${share(ms, total).toFixed(1)} %`,
    };
  });
}

/** Which form keeps least of what its MACs promise. */
export function formFinding(times: readonly FormTime[]): string {
  const split = times.filter(({ share }) => share < 1);
  const ratio = ({ time, macs }: FormTime) => time / macs;
  const worst = split.reduce((most, each) => (ratio(each) > ratio(most) ? each : most));
  const best = split.reduce((least, each) => (ratio(each) < ratio(least) ? each : least));
  const sentence = ({ form, macs, time }: FormTime) =>
    `“${form}” at ${(100 * macs).toFixed(0)} % of the MACs takes ${(100 * time).toFixed(0)} % of the time`;
  return `Furthest from its count: ${sentence(worst)}. Nearest, or below: ${sentence(best)}.`;
}

/** Settles the claims of chapter 7. */
export function settleChapter7(chapter: Chapter, evidence: FasterNetworkEvidence): Promise<SettledClaim[]> {
  return settleClaims({ ...chapter, number: 7 }, evidence);
}
