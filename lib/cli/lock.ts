import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { UserError } from "../core/errors";
import { explainWriteError } from "../core/files";
import { interruptible } from "../core/interrupt";
import { runs } from "../core/temporary";

/**
 * Takes a lock file that ends with this process, however it ends: a lock whose process is gone counts for nothing.
 * @returns a function that gives it back.
 * @throws UserError if another process that still runs holds it; FileError if it cannot be written.
 */
export function takeLock(file: string): () => void {
  try {
    mkdirSync(dirname(file), { recursive: true });
    while (!madeAnew(file)) removeStale(file);
  } catch (cause) {
    throw cause instanceof UserError ? cause : explainWriteError(file, cause);
  }
  const release = () => rmSync(file, { force: true });
  process.once("exit", release);
  return () => {
    process.off("exit", release);
    release();
  };
}

/** Writes the lock; false if there is one already. */
function madeAnew(file: string): boolean {
  try {
    writeFileSync(file, identityOf(process.pid), { flag: "wx" });
    return true;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw cause;
  }
}

/** Moves the lock aside before it is removed, so that of two processes that find it stale only one does. */
function removeStale(file: string): void {
  const holder = readIfThere(file);
  if (holder === undefined) return;
  // A file is there before its content.
  if (holder === "" && Math.abs(Date.now() - statSync(file).mtimeMs) < 1000) return;
  const pid = Number(holder.split(" ")[0]);
  if (holder === identityOf(pid))
    throw new UserError(`another run is under way (process ${pid}): wait for it to end, or end it`);
  const aside = `${file}.stale-${process.pid}`;
  renameSync(file, aside);
  if (readIfThere(aside) !== holder) renameSync(aside, file);
  else rmSync(aside);
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw cause;
  }
}

/** Process number and, where Linux tells it, the time of its start: numbers are used again. Empty if there is no such process. */
function identityOf(pid: number): string {
  if (!runs(pid)) return "";
  const startTime = readIfThere(`/proc/${pid}/stat`)?.split(") ")[1].split(" ")[19];
  return `${pid} ${startTime ?? ""}`;
}

/** Lets signals end this process as they would, but with its "exit" handlers: kernels, temporary files and locks go too. */
export function endOnSignals(): void {
  const numbers = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;
  for (const [signal, number] of Object.entries(numbers)) process.once(signal, () => process.exit(128 + number));
}

/** While the work runs, the first Ctrl-C interrupts it, so that it ends with what it has; the next one does what it did before. */
export async function untilInterrupted<T>(work: () => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const others = process.rawListeners("SIGINT") as NodeJS.SignalsListener[];
  const interrupt = () => {
    restore();
    controller.abort();
  };
  const restore = () => {
    process.off("SIGINT", interrupt);
    for (const other of others.splice(0)) process.on("SIGINT", other);
  };
  process.removeAllListeners("SIGINT").on("SIGINT", interrupt);
  try {
    return await interruptible(controller.signal, work);
  } finally {
    restore();
  }
}
