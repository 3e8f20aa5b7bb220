import { type Attempt, type CompressionOutcome, costs } from "../../compression/compressNetwork";
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
      const costly = `${speedup} × costs ${points(attempt)}, more than ${maxDrop}`;
      return instead
        ? `${costly}; ${instead.speedup} × costs ${points(instead)}: ${command(instead)}`
        : `${costly}; no lesser speed-up that was tried can be had for it: allow a larger --max-drop`;
    }
  }
}

function points({ measured }: Attempt): string {
  return `${costs(measured).toFixed(2)} points`;
}

/** The command as it was typed, without what is now to be another. */
function repeated(args: readonly string[]): string {
  const dropped = /^--(speedup|max-drop)(=|$)/;
  const kept = args.filter(
    (arg, i) => !dropped.test(arg) && !(dropped.test(args[i - 1] ?? "") && !args[i - 1].includes("=")),
  );
  return commandLine("run compress", kept);
}
