import { readFileSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { explainFileError } from "../../core/files";
import { temporaryFolder } from "../../core/temporary";
import type { Tensor } from "../../core/tensor";

/** Bytes that the files may take: 1 GB, since their folder is memory on many machines, or half of what is free. */
function roomIn(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return Math.min(1e9, (bavail * bsize) / 2);
}

/**
 * Values of batches in a temporary folder, as many as there is room for: memory holds one batch at a time. What finds no
 * room is to be computed again.
 */
export class BatchFiles {
  private readonly kept = new Map<string, { shape: number[]; bytes: number }>();

  /** An interrupted process leaves no folder behind either. */
  private readonly atExit = () => rmSync(this.folder, { recursive: true, force: true });

  private constructor(
    private readonly folder: string,
    private readonly room: number,
  ) {
    process.once("exit", this.atExit);
  }

  /** @param room bytes that the files may take together. */
  static async create(room?: number): Promise<BatchFiles> {
    const folder = temporaryFolder("batches");
    return new BatchFiles(folder, room ?? roomIn(folder));
  }

  /**
   * Keeps values in the place of those of the same name, if there is room. At once, as the engine computes: a promise would
   * hand megabytes over piece by piece.
   * @throws FileError if the disk is full.
   */
  put(name: string, { shape, data }: Tensor): void {
    const file = this.file(name);
    this.kept.delete(name);
    const taken = [...this.kept.values()].reduce((sum, { bytes }) => sum + bytes, 0);
    const bytes = data.byteLength;
    if (taken + bytes > this.room) {
      rmSync(file, { force: true });
      return;
    }
    try {
      writeFileSync(file, new Uint8Array(data.buffer, data.byteOffset, bytes));
    } catch (cause) {
      throw explainFileError(file, cause);
    }
    this.kept.set(name, { shape, bytes });
  }

  /** Undefined if nothing of this name was kept. */
  read(name: string): Tensor | undefined {
    const kept = this.kept.get(name);
    if (!kept) return undefined;
    const bytes = readFileSync(this.file(name));
    // A view of a Buffer may start anywhere; float32 needs a multiple of four.
    const aligned = bytes.byteOffset % 4 === 0 ? bytes : Uint8Array.from(bytes);
    return { shape: kept.shape, data: new Float32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength / 4) };
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
    process.off("exit", this.atExit);
  }

  private file(name: string): string {
    return join(this.folder, `${name}.bin`);
  }
}
