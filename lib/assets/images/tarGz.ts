import { createReadStream } from "node:fs";
import { createGunzip } from "node:zlib";
import { FileError } from "../../core/errors";
import { explainFileError } from "../../core/files";

/** A tar file is made of blocks of 512 bytes: a header, then the content, padded (POSIX.1-1988, ustar). */
const block = 512;

/**
 * Hands over the files in a .tar.gz one by one, by their names without folders; stops reading when `done`.
 * @param largest bytes of the largest file that may be in it.
 * @throws FileError if the archive cannot be read, is damaged, or holds a larger file.
 */
export async function readTarGz(
  archive: string,
  largest: number,
  take: (name: string, content: Buffer) => Promise<void>,
  done: () => boolean,
): Promise<void> {
  const source = createReadStream(archive);
  const stream = source.pipe(createGunzip());
  source.on("error", (cause) => stream.destroy(cause));
  const blocks = new Blocks(stream);
  try {
    while (!done()) {
      const header = await blocks.next(block);
      if (!header || header.every((byte) => byte === 0)) return;
      const name = header.toString("latin1", 0, 100).replace(/\0.*$/s, "").split("/").pop() as string;
      const size = Number.parseInt(header.toString("latin1", 124, 136), 8);
      if (!isHeader(header) || !(size >= 0 && size <= largest))
        throw new FileError(archive, "is damaged, or no tar file");
      const padded = block * Math.ceil(size / block);
      const content = padded > 0 ? await blocks.next(padded) : Buffer.alloc(0);
      if (!content) return;
      await take(name, content.subarray(0, size));
    }
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? "";
    throw code.startsWith("Z_") ? new FileError(archive, "is damaged or incomplete") : explainFileError(archive, cause);
  } finally {
    source.destroy();
    stream.destroy();
  }
}

/** A tar header's own checksum: the sum of its bytes, its own field counted as spaces. */
function isHeader(header: Buffer): boolean {
  const stated = Number.parseInt(header.toString("latin1", 148, 156), 8);
  const sum = header.reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 32 : byte), 0);
  return stated === sum;
}

/** A stream cut into pieces of the length asked for. */
class Blocks {
  private readonly chunks: AsyncIterator<Buffer>;
  private rest: Buffer = Buffer.alloc(0);

  constructor(stream: AsyncIterable<Buffer>) {
    this.chunks = stream[Symbol.asyncIterator]();
  }

  /** The next `length` bytes; undefined where the stream ends before. */
  async next(length: number): Promise<Buffer | undefined> {
    const parts = [this.rest];
    for (let held = this.rest.length; held < length; held += parts[parts.length - 1].length) {
      const { value, done } = await this.chunks.next();
      if (done) return undefined;
      parts.push(value);
    }
    const joined = Buffer.concat(parts);
    this.rest = joined.subarray(length);
    return joined.subarray(0, length);
  }
}
