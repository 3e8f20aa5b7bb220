/** Lets signals end this process as they would, but with its "exit" handlers: kernels, temporary files and locks go too. */
export function endOnSignals(): void {
  const numbers = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;
  for (const [signal, number] of Object.entries(numbers)) process.once(signal, () => process.exit(128 + number));
}
