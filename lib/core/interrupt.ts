import { AsyncLocalStorage } from "node:async_hooks";

const signals = new AsyncLocalStorage<AbortSignal>();

/** Runs work that ends at its next step once the signal is aborted, however many promises it hangs on by then. */
export function interruptible<T>(signal: AbortSignal, work: () => T): T {
  return signals.run(signal, work);
}

/** To be called between parts of long work that each take less than a second. @throws AbortError if its cell was interrupted. */
export function stopIfInterrupted(): void {
  signals.getStore()?.throwIfAborted();
}

/** Whether the cell that started the work was interrupted: for work that can end with less than all. */
export function isInterrupted(): boolean {
  return signals.getStore()?.aborted ?? false;
}
