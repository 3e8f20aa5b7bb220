import { pointsLost } from "../../compression/comparePredictions";
import type { Attempt, CompressionOutcome } from "../../compression/compressNetwork";
import { commandLine } from "../arguments";
import type { CompressArguments } from "./options";

/** A compression that writes nothing. */
export type Unmet = Exclude<CompressionOutcome, { kind: "met" }>;

/**
 * One line: what was not met, and the command that gets what can be had.
 * @param args as they were typed.
 */
export function whatCanBeHad(
  outcome: Unmet,
  { speedup, maxDrop }: Pick<CompressArguments, "speedup" | "maxDrop">,
  args: readonly string[],
): string {
  const command = (instead: { speedup: number }) => `${repeated(args)} --speedup ${instead.speedup}`;
  switch (outcome.kind) {
    case "unreachable": {
      const { reason, instead } = outcome;
      return instead ? `${reason}; ${instead.speedup} × is in reach: ${command(instead)}` : reason;
    }
    case "too slow": {
      const { attempt, instead } = outcome;
      const missed = `${speedup} × was missed, two timings gave ${attempt.measured.speedup.toFixed(2)} ×: try again when nothing else runs`;
      return instead ? `${missed}, or ${command(instead)}` : missed;
    }
    case "too costly": {
      const { attempt, instead } = outcome;
      if (speedup === undefined)
        return `${attempt.speedup} × was within ${maxDrop} on the held-out training images, on the test images it costs ${points(attempt)}: ${command(attempt)} takes it all the same`;
      const costly = `${speedup} × costs ${points(attempt)}, more than ${maxDrop}`;
      return instead
        ? `${costly}; ${instead.speedup} × costs ${points(instead)}: ${command(instead)}`
        : `${costly}; no lesser speed-up that was tried can be had for it: allow a larger --max-drop`;
    }
    case "none within": {
      const [least] = [...outcome.tried].sort((a, b) => pointsLost(a.heldOut) - pointsLost(b.heldOut));
      const { plan } = least.copy;
      const lost = Math.ceil(100 * pointsLost(least.heldOut) - 1e-9) / 100;
      const other = plan.precision === "int8" ? ", or try --precision fp32" : "";
      return `none that was tried keeps within ${maxDrop}: ${plan.speedup.toFixed(2)} × loses ${lost} points of the held-out training images: ${repeated(args)} --max-drop ${lost}${other}`;
    }
  }
}

function points({ measured }: Attempt): string {
  return `${pointsLost(measured).toFixed(2)} points`;
}

/** The command as it was typed, without what is now to be another. */
function repeated(args: readonly string[]): string {
  const dropped = /^--(speedup|max-drop)(=|$)/;
  const kept = args.filter(
    (arg, i) => !dropped.test(arg) && !(dropped.test(args[i - 1] ?? "") && !args[i - 1].includes("=")),
  );
  return commandLine("run compress", kept);
}
