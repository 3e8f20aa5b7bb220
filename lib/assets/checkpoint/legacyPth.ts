import { FileError } from "../../core/errors";
import { type Contents, readStateDict } from "./entry";
import { bigEndian } from "./otherKinds";
import { TorchUnpickler } from "./torchPickle";

/** The pickled magic number 0x1950a86a20f9469cfc6c that torch.save wrote before 1.6; after protocol and frame, or by protocol 0 or 1. */
const magic = Buffer.from("8a0a6cfc9c46f9206aa850192e", "hex");
const magicAsText = Buffer.from("L119547037146038801333356L\n.");
const beforeMagic = [2, 11];

/** Whether the bytes begin as torch's format before 1.6 does. */
export function isLegacyPth(bytes: Buffer): boolean {
  const opening = bytes.subarray(0, 32);
  return beforeMagic.includes(opening.indexOf(magic)) || opening.indexOf(magicAsText) === 0;
}

/**
 * Reads a state dict in the format torch wrote before 1.6 (torch/serialization.py, _legacy_save): pickles of the magic
 * number, the protocol, the machine, what was saved and the list of storage keys, then each storage: its count of
 * numbers as int64 and the numbers. The format has no checksum, so a changed number cannot be noticed here.
 * @param entry as readStateDict takes it.
 * @throws FileError if the file is damaged, or holds no state dict.
 */
export function readLegacyPth(file: string, bytes: Buffer, entry?: string): Contents {
  const pickles = new TorchUnpickler(file, bytes);
  const [, version, machine] = [pickles.read(), pickles.read(), pickles.read()];
  const littleEndian = machine instanceof Map && machine.get("little_endian");
  if (littleEndian === false) throw new FileError(file, bigEndian);
  if (version !== 1001 || littleEndian !== true)
    throw new FileError(file, "is damaged: it begins as no file of torch does");
  const value = pickles.read();
  const keys = pickles.read();
  const records = new Map<unknown, Buffer>();
  let position = pickles.position;
  for (const key of Array.isArray(keys) ? keys : []) {
    const storage = typeof key === "string" ? pickles.storages.get(key) : undefined;
    const begin = position + 8;
    position = begin + (storage ? storage.byteLength : Number.NaN);
    if (!storage || !(position <= bytes.length) || bytes.readBigInt64LE(begin - 8) !== BigInt(storage.count)) {
      throw new FileError(file, "is damaged or incomplete: its storages are not those that its tensors name");
    }
    records.set(storage, bytes.subarray(begin, position));
  }
  if (position !== bytes.length) throw new FileError(file, "is damaged: bytes after the last storage");
  return readStateDict(file, value, entry, (storage) => {
    const record = records.get(storage);
    if (record) return record;
    throw new FileError(file, "is damaged: a tensor names a storage that is not there");
  });
}
