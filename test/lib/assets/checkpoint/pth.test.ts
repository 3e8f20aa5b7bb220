import type { StateDict } from "../../../../lib/core/tensor";
import assert from "node:assert/strict";
import { test } from "node:test";
import { readPth } from "../../../../lib/assets/checkpoint/pth";
import { FileError } from "../../../../lib/core/errors";
import { Random } from "../../../../lib/core/random";
import {
  fixture,
  pickle,
  pickledTensor,
  pthAround,
  storedZip,
  type TensorClaim,
} from "../../../fixtures/assets/hostile";

const small = fixture("small.pth");
const recorded: Record<string, { shape: number[]; bits: number[] }> = JSON.parse(fixture("small.json").toString());

function contentOf(stateDict: StateDict) {
  const entries = [...stateDict].map(([name, { shape, data }]) => {
    const copy = Float32Array.from(data);
    return [name, { shape, bits: [...new Uint32Array(copy.buffer)] }];
  });
  return Object.fromEntries(entries);
}

function refused(bytes: Buffer, reason: RegExp) {
  return assert.rejects(readPth("some.pth", bytes), (error: unknown) => {
    assert.ok(error instanceof FileError, String(error));
    assert.match(error.message, /^some\.pth: [^\n]+$/);
    assert.match(error.message, reason);
    return true;
  });
}

const tensorsIn = (claim: TensorClaim) => pthAround(pickle.of(pickle.dict(["w", pickledTensor(claim)])));

test("reads every number type, views, strides, parameters, in torch's order and bit for bit", async () => {
  const stateDict = await readPth("small.pth", small);
  assert.deepEqual([...stateDict.keys()], Object.keys(recorded));
  assert.deepEqual(contentOf(stateDict), recorded);
});

test("reads what the test's own writer writes, so that the refusals below are about what they change", async () => {
  const { shape, data } = (await readPth("own.pth", tensorsIn({}))).get("w")!;
  assert.deepEqual(
    [shape, [...data]],
    [
      [2, 3],
      [0, 1, 2, 3, 4, 5],
    ],
  );
  const transposed = await readPth("own.pth", tensorsIn({ shape: [3, 2], strides: [1, 3] }));
  assert.deepEqual([...transposed.get("w")!.data], [0, 3, 1, 4, 2, 5]);
});

test("refuses the file cut at any length", async () => {
  for (let length = 4; length < small.length; length += 7) await refused(small.subarray(0, length), /damaged|no data/);
});

test("a flipped bit anywhere is refused or changes nothing that is read", async () => {
  const random = new Random(7);
  let caught = 0;
  for (let trial = 0; trial < 1500; trial++) {
    const flipped = Buffer.from(small);
    flipped[random.integer(small.length)] ^= 1 << random.integer(8);
    try {
      assert.deepEqual(contentOf(await readPth("flipped.pth", flipped)), recorded);
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      caught++;
    }
  }
  assert.ok(caught > 500, `${caught} of 1500 caught`);
});

test("refuses a pickle that asks for anything beyond a state dict, naming it", async () => {
  for (const [module, name] of [
    ["os", "system"],
    ["builtins", "eval"],
    ["posix", "system"],
    ["torch.storage", "_load_from_bytes"],
    ["torch", "ComplexFloatStorage"],
    ["__proto__", "constructor"],
    ["torch.FloatStorage", "toString"],
  ]) {
    const call = pickle.call(pickle.global(module, name), pickle.text("echo hostile"));
    await refused(pthAround(pickle.of(call)), new RegExp(`asks for ${module}\\.${name};`));
  }
  await refused(fixture("whole-model.pth"), /asks for torch\.nn\.modules\.linear\.Linear; only a plain state dict/);
});

test("refuses tensors that claim more than their storage, and storages that claim more than the file", async () => {
  await refused(tensorsIn({ count: 7 }), /storage of 7 numbers has 24 bytes/);
  await refused(tensorsIn({ count: 2 ** 50 }), /has 24 bytes/);
  await refused(tensorsIn({ count: -6 }), /as torch does not|torch does not write/);
  await refused(tensorsIn({ key: "1" }), /has no bytes/);
  await refused(tensorsIn({ key: "../version" }), /has no bytes/);
  await refused(tensorsIn({ type: "DoubleStorage" }), /storage of 6 numbers has 24 bytes/);
  await refused(tensorsIn({ offset: 1 }), /reaches beyond/);
  await refused(tensorsIn({ shape: [2 ** 40, 2 ** 40] }), /reaches beyond/);
  await refused(tensorsIn({ strides: [4, 1] }), /reaches beyond/);
  await refused(tensorsIn({ strides: [-3, 1] }), /as torch does not|torch does not write/);
  await refused(tensorsIn({ strides: [1] }), /as torch does not|torch does not write/);
  await refused(tensorsIn({ shape: [2 ** 50], strides: [0] }), /claim 1125899906842624 numbers, but it stores 6/);
});

test("refuses a pickle that is no state dict, or holds more than tensors", async () => {
  const { of, dict, integer, text, global, tuple } = pickle;
  await refused(pthAround(of(integer(3))), /no state dict/);
  await refused(pthAround(of(dict(["epoch", integer(3)]))), /entry epoch is no tensor/);
  await refused(pthAround(of(dict(["model", dict(["w", pickledTensor()])]))), /entry model is no tensor/);
  await refused(pthAround(of("}", integer(1), pickledTensor(), "s")), /key that is no text/);
  await refused(pthAround(of([text("a pid"), "Q"])), /as torch does not|torch does not write/);
  await refused(pthAround(of(dict(["w", global("torch", "FloatStorage")]))), /entry w is no tensor/);
  await refused(pthAround(of(tuple(text("a")), "R")), /pickle cannot be read/);
  await refused(pthAround(Buffer.alloc(0)), /pickle cannot be read/);
});

test("refuses opcodes that a state dict does not need, among them other ways to make objects", async () => {
  for (const opcode of ["i", "o", "\x81", "\x92", "\x93", "P", "d", "l", "B", "\x8b", "\x82", "I", "S", "0", "2"]) {
    await refused(pthAround(pickle.of("(", pickle.text("x"), `${opcode}os\nsystem\n`)), /none of a state dict's/);
  }
});

test("refuses at once a pickle whose value would be 2^40 long as a text, wherever it stands", async () => {
  const { of, global, text, dict } = pickle;
  const doubled = `]${"q\x00h\x00\x86".repeat(40)}`;
  const began = Date.now();
  await refused(pthAround(of("}", doubled, text("v"), "s")), /key that is no text/);
  await refused(pthAround(of([doubled, "Q"])), /as torch does not/);
  await refused(pthAround(of([doubled, ")R"])), /calls what is no function/);
  await refused(pthAround(of([global("collections", "OrderedDict"), doubled, "R"])), /torch does not write/);
  await refused(pthAround(of(dict(["w", doubled]))), /entry w is no tensor/);
  await refused(pthAround(of("N".repeat(2 ** 21))), /longer than a state dict/);
  assert.ok(Date.now() - began < 2000);
});

test("what is sound, but another kind, is not called damaged and says what it is", async () => {
  const { of, dict, integer } = pickle;
  const kinds: [Buffer, RegExp][] = [
    ...[3, 4, 5].map((n): [Buffer, RegExp] => [
      pthAround(Buffer.from([0x80, n, 0x7d, 0x2e])),
      new RegExp(`pickle is of protocol ${n},`),
    ]),
    [pthAround(of("}", integer(0), dict(), "s")), /key that is no text/],
    [pthAround(of("}l.")), /has opcode 108/],
    [
      storedZip([
        ["m/data.pkl", of("}")],
        ["m/constants.pkl", of(")")],
      ]),
      /is a TorchScript module: .*state_dict\(\)/,
    ],
    [
      storedZip([
        ["m/code/__torch__.py", Buffer.from("x")],
        ["m/data.pkl", of("}")],
      ]),
      /is a TorchScript module/,
    ],
    [withMethod(storedZip([["archive/data.pkl", of("}")]]), 8), /zip file with compressed or encrypted entries/],
  ];
  for (const [bytes, reason] of kinds) {
    await refused(bytes, reason);
    await assert.rejects(readPth("some.pth", bytes), (error: Error) => !error.message.includes("damaged"));
  }
});

/** A zip of one entry that says of it that it is compressed in such a way. */
function withMethod(zip: Buffer, method: number): Buffer {
  const changed = Buffer.from(zip);
  changed.writeUInt16LE(method, changed.lastIndexOf("PK\x01\x02", undefined, "latin1") + 10);
  return changed;
}

test("a pickle's stray pops, marks and memos are refused", async () => {
  for (const parts of ["", "t", "u", "a", "R", "h\x07", "q\x00", "(N", "\x87", "Q", "b", "NNNNa", "}Ns", "\x80\x04N"]) {
    await refused(pthAround(pickle.of(parts)), /./);
  }
});

test("refuses zip files that torch did not write", async () => {
  await refused(storedZip([["word/document.xml", Buffer.from("<x/>")]]), /none that torch\.save wrote/);
  const data = pickle.of(pickle.dict(["w", pickledTensor()]));
  await refused(
    storedZip([
      ["a/data.pkl", data],
      ["b/data.pkl", data],
    ]),
    /none that torch\.save wrote/,
  );
  await refused(
    storedZip([
      ["a/data.pkl", data],
      ["a/data.pkl", data],
    ]),
    /two entries of one name/,
  );
  await refused(
    storedZip([
      ["a/data.pkl", data],
      ["a/byteorder", Buffer.from("big")],
    ]),
    /big-endian/,
  );
});
