import { say } from "./say";

/** Shows sentences with numbers from a clock. Goes when every chapter calls `say` with `timed`. */
export function sayTimed(text: string): void {
  say(text, { timed: true });
}
