import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { firstImages, type LabelledImages } from "../../assets/images/labelledImages";
import { root } from "../../core/paths";
import type { Stages } from "./extraction";

/** The python3 of the PATH, and Debian's, which another one may hide. */
const candidates = ["python3", "/usr/bin/python3"];

/** A Python 3 that can import all of these modules, or undefined. Nothing but comparisons needs one. */
export function pythonWith(...modules: string[]): string | undefined {
  return candidates.find((python) => spawnSync(python, ["-c", `import ${modules.join(", ")}`]).status === 0);
}

/** PyTorch in a process of its own, so that it can take turns with our engines. */
export class PyTorch {
  readonly name = "PyTorch";
  version = "";
  private readonly answers: AsyncIterator<string>;
  private complaint = "";

  private constructor(
    private readonly child: ChildProcessWithoutNullStreams,
    readonly threads: number,
  ) {
    child.stderr.on("data", (text) => {
      this.complaint += text;
    });
    child.stdin.on("error", () => {}); // The answer that does not come says it.
    this.answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  }

  /** Starts it with so many threads. @returns undefined if there is no Python 3 with torch and torchvision. */
  static async start(threads: number): Promise<PyTorch | undefined> {
    const python = pythonWith("torch", "torchvision");
    if (!python) return undefined;
    const script = join(root, "lib", "cli", "bench", "pytorch.py");
    const pytorch = new PyTorch(spawn(python, [script, String(threads)]), threads);
    pytorch.version = await pytorch.answer();
    return pytorch;
  }

  /** One batch of N(0, 1) input, (64, 3, 128, 128), through `base`, `k = 5` or `k = 2`. */
  async run(model: string): Promise<void> {
    await this.ask("run", model);
  }

  /** Feature extraction of the first images, with Pillow and torchvision's transforms. */
  extract(all: LabelledImages, most: number): Promise<Stages> {
    const { count, shape, preprocessing, pixels } = firstImages(all, most);
    const stages = this.ask<Stages>("extract", [count, ...shape], preprocessing);
    this.child.stdin.write(pixels(0, count));
    return stages;
  }

  close(): void {
    this.child.stdin.end();
  }

  private ask<T>(...command: unknown[]): Promise<T> {
    this.child.stdin.write(`${JSON.stringify(command)}\n`);
    return this.answer();
  }

  private async answer<T>(): Promise<T> {
    const { value, done } = await this.answers.next();
    if (done) throw new Error(`PyTorch's process ended by itself: ${this.complaint.trim().split("\n").pop()}`);
    return JSON.parse(value);
  }
}
