import { crc32 } from "node:zlib";
import { type Entry, fromBufferPromise, type ZipFile } from "yauzl";
import { FileError } from "../../core/errors";
import { type Contents, readStateDict } from "./entry";
import { bigEndian, compressedZip, torchScript } from "./otherKinds";
import { TorchUnpickler } from "./torchPickle";

/** Whether the bytes begin as a zip file does. */
export function isZip(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.subarray(0, 4)).equals(Buffer.from("PK\x03\x04", "latin1"));
}

/**
 * Reads a state dict in torch's zip format (torch 1.6 and later): NAME/data.pkl describes the tensors,
 * NAME/data/KEY holds each storage, uncompressed.
 * Every record's CRC-32 is verified, so a changed byte is found unless it changes nothing that is read.
 * @param entry as readStateDict takes it.
 * @throws FileError if the file is damaged, or holds no state dict.
 */
export async function readPth(file: string, bytes: Buffer, entry?: string): Promise<Contents> {
  const records = await readRecords(file, bytes);
  const names = [...records.keys()];
  const pickles = names.filter((name) => /^[^/]+\/data\.pkl$/.test(name));
  if (pickles.length !== 1) throw new FileError(file, "is a zip file, but none that torch.save wrote: no data.pkl");
  if (names.some((name) => /^[^/]+\/(constants\.pkl|code\/.*)$/.test(name))) throw new FileError(file, torchScript);
  if ([...records.values()].includes(undefined)) throw new FileError(file, compressedZip);
  const folder = pickles[0].slice(0, -"data.pkl".length);
  const byteOrder = records.get(`${folder}byteorder`)?.toString("latin1") ?? "little";
  if (byteOrder !== "little") throw new FileError(file, bigEndian);

  const value = new TorchUnpickler(file, records.get(pickles[0])!).read();
  return readStateDict(file, value, entry, ({ key, byteLength, count }) => {
    const record = records.get(`${folder}data/${key}`);
    if (record?.length === byteLength) return record;
    throw new FileError(file, `is damaged: a storage of ${count} numbers has ${record?.length ?? "no"} bytes`);
  });
}

/** Name → content of each entry: views of the file's bytes; undefined where it is compressed. */
async function readRecords(file: string, bytes: Buffer): Promise<Map<string, Buffer | undefined>> {
  const records = new Map<string, Buffer | undefined>();
  try {
    const zip = await fromBufferPromise(bytes);
    for await (const entry of zip.eachEntry()) {
      if (records.has(entry.fileName)) throw new Error("two entries of one name");
      const isStored = entry.compressionMethod === 0 && !entry.isEncrypted();
      records.set(entry.fileName, isStored ? await contentOf(zip, entry, bytes) : undefined);
    }
  } catch (cause) {
    throw new FileError(file, `is damaged or incomplete: ${(cause as Error).message.slice(0, 200)}`);
  }
  return records;
}

async function contentOf(zip: ZipFile, entry: Entry, bytes: Buffer): Promise<Buffer> {
  const { fileDataStart } = await zip.readLocalFileHeaderPromise(entry, { minimal: true });
  const content = bytes.subarray(fileDataStart, fileDataStart + entry.uncompressedSize);
  if (content.length !== entry.uncompressedSize) throw new Error("an entry that reaches beyond the end of the file");
  if (crc32(content) !== entry.crc32) throw new Error("the checksum of an entry does not match");
  return content;
}
