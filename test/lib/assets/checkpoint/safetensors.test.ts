import assert from "node:assert/strict";
import { test } from "node:test";
import { readSafetensors } from "../../../../lib/assets/checkpoint/safetensors";
import { FileError } from "../../../../lib/core/errors";
import { Random } from "../../../../lib/core/random";
import { fixture, safetensors } from "../../../fixtures/assets/hostile";

const recorded: Record<string, { shape: number[]; bits: number[] }> = JSON.parse(fixture("small.json").toString());

function refused(bytes: Buffer, reason: RegExp) {
  assert.throws(
    () => readSafetensors("some.safetensors", bytes),
    (error: unknown) =>
      error instanceof FileError && /^some\.safetensors: [^\n]+$/.test(error.message) && reason.test(error.reason),
  );
}

/** Two tensors, 6 float32 and 4 half, that each test changes a little. */
function honest() {
  const header: Record<string, unknown> = {
    __metadata__: { format: "pt" },
    a: { dtype: "F32", shape: [2, 3], data_offsets: [0, 24] },
    b: { dtype: "F16", shape: [4], data_offsets: [24, 32] },
  };
  const halves = Uint16Array.from([0x3c00, 0xc000, 0x0001, 0x7bff]);
  const body = Buffer.concat([Buffer.from(Float32Array.from([1, 2, 3, 4, 5, 6]).buffer), Buffer.from(halves.buffer)]);
  return { header, body };
}

test("reads float32 and half", () => {
  const { header, body } = honest();
  const stateDict = readSafetensors("some.safetensors", safetensors(header, body));
  assert.deepEqual([...stateDict.keys()], ["a", "b"]);
  assert.deepEqual([...stateDict.get("a")!.data], [1, 2, 3, 4, 5, 6]);
  assert.deepEqual([...stateDict.get("b")!.data], [1, -2, 2 ** -24, 65504]);
});

test("widens bfloat16, float64 and int64, whatever the body's alignment", () => {
  for (const padding of ["", " ", "  ", "   "]) {
    const header = `{"x":{"dtype":"BF16","shape":[1],"data_offsets":[0,2]},"y":{"dtype":"F64","shape":[1],"data_offsets":[2,10]},"z":{"dtype":"I64","shape":[],"data_offsets":[10,18]}}${padding}`;
    const body = Buffer.alloc(18);
    body.writeUInt16LE(0xbfc0, 0);
    body.writeDoubleLE(Math.PI, 2);
    body.writeBigInt64LE(-(2n ** 40n), 10);
    const stateDict = readSafetensors("some.safetensors", safetensors(header, body));
    const numbers = ["x", "y", "z"].map((name) => stateDict.get(name)!.data[0]);
    assert.deepEqual(numbers, [-1.5, Math.fround(Math.PI), -(2 ** 40)]);
  }
});

test("widens halves as torch does", () => {
  const { shape, bits } = recorded.half;
  const halves = [...new Float32Array(Uint32Array.from(bits).buffer)].map(toHalfBits);
  const header = { half: { dtype: "F16", shape, data_offsets: [0, 2 * halves.length] } };
  const bytes = safetensors(header, Buffer.from(Uint16Array.from(halves).buffer));
  const { data } = readSafetensors("some.safetensors", bytes).get("half")!;
  assert.deepEqual([...new Uint32Array(Float32Array.from(data).buffer)], bits);
});

/** The half whose value is exactly this float32, found by the bits. */
function toHalfBits(value: number): number {
  const sign = Object.is(value, -0) || value < 0 ? 0x8000 : 0;
  const size = Math.abs(value);
  if (size === Number.POSITIVE_INFINITY) return sign | 0x7c00;
  if (size < 2 ** -14) return sign | (size * 2 ** 24);
  const exponent = Math.floor(Math.log2(size));
  return sign | ((exponent + 15) << 10) | ((size / 2 ** exponent - 1) * 1024);
}

test("numbers below the smallest normal one stay what they are", () => {
  const header = {
    single: { dtype: "F32", shape: [2], data_offsets: [0, 8] },
    upper: { dtype: "BF16", shape: [1], data_offsets: [8, 10] },
    double: { dtype: "F64", shape: [1], data_offsets: [10, 18] },
  };
  const body = Buffer.alloc(18);
  body.writeUInt32LE(1, 0);
  body.writeUInt32LE(0x807fffff, 4);
  body.writeUInt16LE(1, 8);
  body.writeDoubleLE(2 ** -149, 10);
  const read = [...readSafetensors("some.safetensors", safetensors(header, body)).values()];
  const numbers = read.flatMap(({ data }) => [...data]);
  assert.deepEqual(numbers, [2 ** -149, 2 ** -149 - 2 ** -126, 2 ** -133, 2 ** -149]);
});

test("refuses a header that lies", () => {
  const change = (name: string, entry: unknown, reason: RegExp) => {
    const { header, body } = honest();
    refused(safetensors({ ...header, [name]: entry }, body), reason);
  };
  change("a", { dtype: "F32", shape: [2, 3], data_offsets: [0, 25] }, /25 bytes, which its shape contradicts/);
  change("a", { dtype: "F32", shape: [2, 4], data_offsets: [0, 24] }, /shape contradicts/);
  change("a", { dtype: "F64", shape: [2, 3], data_offsets: [0, 24] }, /shape contradicts/);
  change("a", { dtype: "F32", shape: [2 ** 40, 2 ** 40], data_offsets: [0, 24] }, /shape contradicts/);
  change("a", { dtype: "F32", shape: [-2, -3], data_offsets: [0, 24] }, /does not describe a/);
  change("a", { dtype: "F32", shape: [1.5, 4], data_offsets: [0, 24] }, /does not describe a/);
  change("a", { dtype: "F32", shape: "23", data_offsets: [0, 24] }, /does not describe a/);
  change("a", { dtype: "F32", shape: [2, 3], data_offsets: [24, 0] }, /shape contradicts/);
  change("a", { dtype: "F32", shape: [2, 3], data_offsets: [0, 24, 24] }, /does not describe a/);
  change("a", { dtype: "F32", shape: [2, 3] }, /does not describe a/);
  change(
    "a",
    { dtype: "F8_E4M3", shape: [24], data_offsets: [0, 24] },
    /stores a as F8_E4M3, and not as F64, .*: in Python, /,
  );
  change("a", { dtype: "constructor", shape: [24], data_offsets: [0, 24] }, /stores a as constructor/);
  change("a", null, /does not describe a/);
  change("b", { dtype: "F16", shape: [4], data_offsets: [20, 28] }, /gap or an overlap before b/);
  change("b", { dtype: "F16", shape: [3], data_offsets: [26, 32] }, /gap or an overlap before b/);
  change("b", { dtype: "F16", shape: [3], data_offsets: [24, 30] }, /describes 30 bytes, it has 32/);
  change("b", { dtype: "F16", shape: [2 ** 45], data_offsets: [24, 24 + 2 ** 46] }, /it has 32/);
  change("c", { dtype: "F32", shape: [6], data_offsets: [0, 24] }, /gap or an overlap/);
});

test("refuses a header of the wrong length, or that is no JSON object", () => {
  const { header, body } = honest();
  const length = BigInt(JSON.stringify(header).length);
  refused(safetensors(header, body, length + 1n), /not JSON/);
  refused(safetensors(header, body, length - 1n), /not JSON/);
  refused(safetensors(header, body, 90_000_000n), /ends within its header/);
  refused(safetensors(`{"a":`.repeat(100_000), body), /not JSON/);
  refused(safetensors('{"a\xff": 1}', body), /not describe/);
  refused(
    Buffer.concat([safetensors('{"', Buffer.alloc(0), 8n), Buffer.from([0xff, 0xfe]), Buffer.from('":1}')]),
    /JSON/,
  );
});

test("refuses the file cut at any length, and a flipped bit is never another failure than FileError", () => {
  const { header, body } = honest();
  const whole = safetensors(header, body);
  for (let length = 9; length < whole.length; length++) refused(whole.subarray(0, length), /incomplete|header|damaged/);
  const random = new Random(9);
  for (let trial = 0; trial < 2000; trial++) {
    const flipped = Buffer.from(whole);
    flipped[8 + random.integer(whole.length - 8)] ^= 1 << random.integer(8);
    try {
      readSafetensors("some.safetensors", flipped);
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
    }
  }
});
