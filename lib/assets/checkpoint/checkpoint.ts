import { extname } from "node:path";
import { FileError, printable } from "../../core/errors";
import { readBounded, sha256 } from "../../core/files";
import type { Contents } from "./entry";
import { isLegacyPth, readLegacyPth } from "./legacyPth";
import { withoutMasks } from "./masks";
import { otherFile } from "./otherKinds";
import { isZip, readPth } from "./pth";
import { isSafetensors, readSafetensors } from "./safetensors";
import { isShardIndex, readShards } from "./shards";

/** A file of weights, read whole: tensors by the names that the file has, without masks. */
export interface Checkpoint extends Contents {
  file: string;
  /** Of the file's bytes; of the sums of all parts, where it is an index; of the sum and the entry's name, where one was chosen. */
  sha256: string;
}

/** File extensions that promise one of the two kinds; any other extension promises nothing. */
const promises: Record<string, "torch" | "safetensors"> = {
  ".pth": "torch",
  ".pt": "torch",
  ".safetensors": "safetensors",
};

/**
 * Reads the state dict in a file written by torch.save (zip or the format before torch 1.6), in safetensors format, or
 * in the safetensors files of an index; the content decides which. Nothing in the file is executed. Zip records carry
 * checksums; the other formats do not, so in them a changed number is noticed only by whoever knows the file's sha256.
 * @param entry of the dictionary in the file, where it holds more than one state dict.
 * @throws FileError if the file is missing, empty, incomplete, damaged, of another kind, or contradicts its extension.
 */
export async function readCheckpoint(file: string, { entry }: { entry?: string } = {}): Promise<Checkpoint> {
  const bytes = await readBounded(file, "checkpoint of that size is read, save the state dict alone");
  if (bytes.length === 0) throw new FileError(file, "is empty");
  const torch = isZip(bytes) || isLegacyPth(bytes);
  const plain = isSafetensors(bytes);
  const promised = promises[extname(file).toLowerCase()];
  if (!torch && !plain && !isShardIndex(bytes)) throw otherFile(file, bytes);
  const kind = torch ? "torch" : "safetensors";
  if (promised && promised !== kind) throw new FileError(file, `is named as a ${promised} file but holds ${kind}`);
  if (entry !== undefined && !torch) throw new FileError(file, `has no entry "${printable(entry)}": leave --entry out`);
  if (!torch && !plain) {
    const read = await readShards(file, bytes);
    return { file, ...unmasked(read), sha256: read.sha256 };
  }
  const contents = plain
    ? { stateDict: readSafetensors(file, bytes), notes: [] }
    : isZip(bytes)
      ? await readPth(file, bytes, entry)
      : readLegacyPth(file, bytes, entry);
  const sum = sha256(bytes);
  return { file, ...unmasked(contents), sha256: entry === undefined ? sum : sha256(`${sum} ${entry}`) };
}

function unmasked({ stateDict, notes }: Contents): Contents {
  const { stateDict: whole, masked } = withoutMasks(stateDict);
  const note = `masks of torch.nn.utils.prune multiplied out, of ${masked.length} tensors`;
  return { stateDict: whole, notes: masked.length > 0 ? [...notes, note] : notes };
}
