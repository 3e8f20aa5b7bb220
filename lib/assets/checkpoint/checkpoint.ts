import type { StateDict } from "../../core/tensor";
import { extname } from "node:path";
import { FileError } from "../../core/errors";
import { readBounded, sha256 } from "../../core/files";
import { isLegacyPth, readLegacyPth } from "./legacyPth";
import { isZip, readPth } from "./pth";
import { isSafetensors, readSafetensors } from "./safetensors";

/** A file of weights, read whole. */
export interface Checkpoint {
  file: string;
  sha256: string;
  stateDict: StateDict;
}

/** File extensions that promise one of the two kinds; any other extension promises nothing. */
const promises: Record<string, "torch" | "safetensors"> = {
  ".pth": "torch",
  ".pt": "torch",
  ".safetensors": "safetensors",
};

/**
 * Reads the state dict in a file written by torch.save (zip or the format before torch 1.6) or in safetensors format;
 * the content decides which. Nothing in the file is executed. Zip records carry checksums; the other two formats do
 * not, so in them a changed number is noticed only by whoever knows the file's sha256.
 * @throws FileError if the file is missing, empty, incomplete, damaged, of another kind, or contradicts its extension.
 */
export async function readCheckpoint(file: string): Promise<Checkpoint> {
  const bytes = await readBounded(file, "ResNet-18");
  if (bytes.length === 0) throw new FileError(file, "is empty");
  const kind = isZip(bytes) || isLegacyPth(bytes) ? "torch" : isSafetensors(bytes) ? "safetensors" : undefined;
  const promised = promises[extname(file).toLowerCase()];
  if (!kind) throw new FileError(file, `is ${otherKind(bytes)}: neither a file of torch.save nor safetensors`);
  if (promised && promised !== kind) throw new FileError(file, `is named as a ${promised} file but holds ${kind}`);
  return { file, sha256: sha256(bytes), stateDict: await read(file, bytes) };
}

/** What a file is that is read by none of the readers, as far as its first bytes tell. */
function otherKind(bytes: Buffer): string {
  const opening = bytes.toString("latin1", 0, 64).trimStart();
  const known: [string, string][] = [
    ["\x80", `a pickle of protocol ${bytes[1]}, but no checkpoint as torch.save writes it by default`],
    ["L119547037146038801333356L", "a checkpoint pickled by protocol 0 or 1, not 2, torch.save's default"],
    ["version https://git-lfs", "a pointer of Git LFS, and no checkpoint: fetch the file by git lfs pull"],
    ["<", "a page of the web, and no checkpoint"],
    ["\x1f\x8b", "a gzip file, and no checkpoint: unpack it first"],
  ];
  const found = known.find(([start]) => opening.startsWith(start));
  return found?.[1] ?? "no checkpoint, or one whose beginning is damaged";
}

async function read(file: string, bytes: Buffer): Promise<StateDict> {
  if (isZip(bytes)) return readPth(file, bytes);
  return isLegacyPth(bytes) ? readLegacyPth(file, bytes) : readSafetensors(file, bytes);
}
