import { FileError, printable } from "../../core/errors";
import { isCount, type StateDict, sizeOf } from "../../core/tensor";
import { formats, type NumberFormat } from "./numberFormat";
import { eachTensor, inPython } from "./otherKinds";

/** The format's names of the types that are read, each with torch's. */
const types = new Map(
  Object.entries({
    ...{ F64: "float64", F32: "float32", F16: "float16", BF16: "bfloat16", BOOL: "bool" },
    ...{
      I64: "int64",
      I32: "int32",
      I16: "int16",
      I8: "int8",
      U64: "uint64",
      U32: "uint32",
      U16: "uint16",
      U8: "uint8",
    },
  }),
);

/** The format's own bound on its header (github.com/huggingface/safetensors, format description). */
const longestHeader = 100_000_000;

interface Entry {
  name: string;
  format: NumberFormat;
  shape: number[];
  begin: number;
  end: number;
}

/** Whether the bytes begin as a safetensors file does: the header's length, then its opening brace. */
export function isSafetensors(bytes: Buffer): boolean {
  return bytes.length > 8 && bytes[8] === "{".charCodeAt(0) && bytes.readBigUInt64LE(0) <= longestHeader;
}

/**
 * Reads a safetensors file: the header's length in 8 bytes, a JSON header, then the tensors without gaps.
 * The format has no checksum: a changed bit in the body gives another number and cannot be noticed here, so whoever
 * knows the file's sha256 must compare it (assets.ts does for the demo checkpoint).
 * @throws FileError if the header does not describe the file exactly.
 */
export function readSafetensors(file: string, bytes: Buffer): StateDict {
  const bodyStart = 8 + Number(bytes.readBigUInt64LE(0));
  if (bodyStart > bytes.length) throw new FileError(file, "is incomplete: it ends within its header");
  const header = parseHeader(file, bytes.subarray(8, bodyStart));
  const entries = Object.entries(header)
    .filter(([name]) => name !== "__metadata__")
    .map(([name, entry]) => checkEntry(file, name, entry));
  checkCoverage(file, entries, bytes.length - bodyStart);
  return new Map(
    entries.map(({ name, format, shape, begin, end }) => [
      name,
      { shape, data: format.toFloat32(bytes.subarray(bodyStart + begin, bodyStart + end)) },
    ]),
  );
}

function parseHeader(file: string, text: Buffer): Record<string, unknown> {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(text));
  } catch {
    throw new FileError(file, "is damaged: its header is not JSON");
  }
}

function checkEntry(file: string, name: string, entry: unknown): Entry {
  const { dtype, shape, data_offsets: offsets } = Object(entry);
  const lists = [shape, offsets].every((list) => Array.isArray(list) && list.every(isCount));
  if (typeof dtype !== "string" || !lists || offsets.length !== 2) {
    throw new FileError(file, `is damaged: its header does not describe ${printable(name)}`);
  }
  const format = formats.get(types.get(dtype) ?? "");
  if (!format) {
    const plain = inPython('safetensors.torch.load_file("FILE")', eachTensor("v.float()"));
    throw new FileError(
      file,
      `stores ${printable(name)} as ${printable(dtype)}, and not as ${[...types.keys()].join(", ")}: ${plain}`,
    );
  }
  const [begin, end] = offsets;
  if (end - begin !== sizeOf(shape) * format.bytesPerNumber) {
    throw new FileError(file, `is damaged: ${printable(name)} has ${end - begin} bytes, which its shape contradicts`);
  }
  return { name, format, shape, begin, end };
}

function checkCoverage(file: string, entries: Entry[], bodyLength: number): void {
  let position = 0;
  for (const { name, begin, end } of [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== position) throw new FileError(file, `is damaged: a gap or an overlap before ${printable(name)}`);
    position = end;
  }
  if (position !== bodyLength) {
    throw new FileError(file, `is damaged or incomplete: its header describes ${position} bytes, it has ${bodyLength}`);
  }
}
