import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { explainFileError } from "../../core/files";
import type { Tensor } from "../../core/tensor";

/**
 * The values of all calibration batches at one node, in a temporary folder: memory holds one batch at a time, and the
 * system's file cache keeps as many as there is room for.
 */
export class BatchFiles {
  private readonly shapes: number[][] = [];

  /** An interrupted process leaves no folder behind either. */
  private readonly atExit = () => rmSync(this.folder, { recursive: true, force: true });

  private constructor(private readonly folder: string) {
    process.once("exit", this.atExit);
  }

  static async create(): Promise<BatchFiles> {
    return new BatchFiles(await mkdtemp(join(tmpdir(), "low-rank-batches-")));
  }

  get count(): number {
    return this.shapes.length;
  }

  /**
   * At once, as the engine computes: a promise would hand megabytes over piece by piece.
   * @throws FileError if the disk is full.
   */
  push({ shape, data }: Tensor): void {
    const file = this.file(this.count);
    try {
      writeFileSync(file, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    } catch (cause) {
      throw explainFileError(file, cause);
    }
    this.shapes.push(shape);
  }

  read(batch: number): Tensor {
    const bytes = readFileSync(this.file(batch));
    // A view of a Buffer may start anywhere; float32 needs a multiple of four.
    const aligned = bytes.byteOffset % 4 === 0 ? bytes : Uint8Array.from(bytes);
    return {
      shape: this.shapes[batch],
      data: new Float32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength / 4),
    };
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
    process.off("exit", this.atExit);
  }

  private file(batch: number): string {
    return join(this.folder, `${batch}.bin`);
  }
}
