const barLength = 24;

/** Milliseconds between two states of the line. */
const interval = 200;

/**
 * Shows how much of a file has come, how fast, and how long the rest will take: in a terminal one line that is
 * rewritten, elsewhere a line for every tenth.
 * @param total bytes of the whole file.
 * @param begun bytes that were there before: they say nothing about the rate.
 */
export class TransferProgress {
  private readonly startedAt = performance.now();
  private shownAt = Number.NEGATIVE_INFINITY;
  private tenth = -1;

  constructor(
    private readonly name: string,
    private readonly total: number,
    private readonly begun: number,
    private readonly out: NodeJS.WriteStream = process.stderr,
  ) {}

  /** @param done bytes that are there now. */
  update(done: number): void {
    const now = performance.now();
    if (!this.out.isTTY) {
      const tenth = Math.floor((10 * done) / this.total);
      if (tenth > this.tenth) this.out.write(`${this.line(done, now)}\n`);
      this.tenth = tenth;
    } else if (now - this.shownAt > interval || done >= this.total) {
      this.shownAt = now;
      this.out.write(`\r\u001b[K${this.line(done, now)}`);
    }
  }

  /** Leaves the line as it stands. */
  end(): void {
    if (this.out.isTTY) this.out.write("\n");
  }

  private line(done: number, now: number): string {
    const share = Math.min(1, done / this.total);
    const filled = Math.round(barLength * share);
    const bar = "█".repeat(filled) + "░".repeat(barLength - filled);
    const rate = (done - this.begun) / Math.max(1e-3, (now - this.startedAt) / 1000);
    const left = rate > 0 ? `, ${duration((this.total - done) / rate)} left` : "";
    return `${this.name} ${bar} ${Math.floor(100 * share)} %, ${megabytes(done)} of ${megabytes(this.total)} MB, ${megabytes(rate)} MB/s${left}`;
  }
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}

function duration(seconds: number): string {
  return seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`;
}
