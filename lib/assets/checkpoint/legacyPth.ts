import type { StateDict } from "../../core/tensor";
import { FileError } from "../../core/errors";
import { TorchUnpickler, toStateDict } from "./torchPickle";

/** The pickled magic number 0x1950a86a20f9469cfc6c and protocol version 1001 that torch.save wrote before 1.6. */
const opening = Buffer.from("80028a0a6cfc9c46f9206aa850192e" + "80024de9032e", "hex");

/** Whether the bytes begin as torch's format before 1.6 does. */
export function isLegacyPth(bytes: Buffer): boolean {
  return bytes.subarray(0, opening.length).equals(opening);
}

/**
 * Reads a state dict in the format torch wrote before 1.6 (torch/serialization.py, _legacy_save): pickles of the magic
 * number, the protocol, the machine, the state dict and the list of storage keys, then each storage: its count of
 * numbers as int64 and the numbers. The format has no checksum, so a changed number cannot be noticed here.
 * @throws FileError if the file is damaged, or is anything but a plain state dict.
 */
export function readLegacyPth(file: string, bytes: Buffer): StateDict {
  const pickles = new TorchUnpickler(file, bytes, opening.length);
  const machine = pickles.read();
  if (!(machine instanceof Map) || machine.get("little_endian") !== true) {
    throw new FileError(file, "was written on a big-endian machine, or is damaged");
  }
  const pickled = pickles.readStateDict();
  const keys = pickles.read();
  const storages = new Map([...pickled.values()].map(({ storage }) => [storage.key, storage]));
  const records = new Map<string, Buffer>();
  let position = pickles.position;
  for (const key of Array.isArray(keys) ? keys : []) {
    const storage = typeof key === "string" ? storages.get(key) : undefined;
    const begin = position + 8;
    position = begin + (storage ? storage.count * storage.format.bytesPerNumber : Number.NaN);
    if (!storage || !(position <= bytes.length) || bytes.readBigInt64LE(begin - 8) !== BigInt(storage.count)) {
      throw new FileError(file, "is damaged or incomplete: its storages are not those that its tensors name");
    }
    records.set(storage.key, bytes.subarray(begin, position));
  }
  if (position !== bytes.length) throw new FileError(file, "is damaged: bytes after the last storage");
  return toStateDict(file, pickled, ({ key }) => {
    const record = records.get(key);
    if (record) return record;
    throw new FileError(file, "is damaged: a tensor names a storage that is not there");
  });
}
