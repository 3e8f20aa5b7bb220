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
  const { stateDict } = await readPth("small.pth", small);
  assert.deepEqual([...stateDict.keys()], Object.keys(recorded));
  assert.deepEqual(contentOf(stateDict), recorded);
});

test("reads what the test's own writer writes, so that the refusals below are about what they change", async () => {
  const { shape, data } = (await readPth("own.pth", tensorsIn({}))).stateDict.get("w")!;
  assert.deepEqual(
    [shape, [...data]],
    [
      [2, 3],
      [0, 1, 2, 3, 4, 5],
    ],
  );
  const { stateDict: transposed } = await readPth("own.pth", tensorsIn({ shape: [3, 2], strides: [1, 3] }));
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
      assert.deepEqual(contentOf((await readPth("flipped.pth", flipped)).stateDict), recorded);
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
  await refused(
    fixture("whole-model.pth"),
    /a whole pickled module of class torch\.nn\.modules\.linear\.Linear: .*x\.state_dict\(\)/,
  );
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

test("refuses a pickle that holds no state dict", async () => {
  const { of, dict, integer, text, global, tuple } = pickle;
  await refused(pthAround(of(integer(3))), /no state dict, .*: it holds nothing of the kind/);
  await refused(pthAround(of(dict())), /no state dict, .*: it holds nothing of the kind/);
  await refused(pthAround(of(dict(["epoch", integer(3)]))), /no state dict, .*: it holds epoch/);
  await refused(pthAround(of("}", integer(1), pickledTensor(), "s")), /no state dict/);
  await refused(pthAround(of([text("a pid"), "Q"])), /as torch does not|torch does not write/);
  await refused(pthAround(of(dict(["w", global("torch", "FloatStorage")]))), /no state dict, .*: it holds w/);
  await refused(pthAround(of(tuple(text("a")), "R")), /pickle cannot be read/);
  await refused(pthAround(Buffer.alloc(0)), /pickle cannot be read/);
});

test("reads dictionaries around it, and those that Python 2 makes of lists of pairs", async () => {
  const { of, dict, integer, global } = pickle;
  const files = [
    of(dict(["epoch", integer(3)], ["model", dict(["w", pickledTensor()])])),
    of(
      dict(
        ["optimizer", ["}", integer(1), dict(["step", pickledTensor()]), "s"]],
        ["net", dict(["w", pickledTensor()])],
      ),
    ),
  ];
  for (const file of files) assert.deepEqual([...(await readPth("own.pth", pthAround(file))).stateDict.keys()], ["w"]);
  const pairs = ["(](](U\x01w", pickledTensor(), "eet"];
  const python2 = pthAround(of(global("collections", "OrderedDict"), pairs, "R}U\x09_metadataN", "sb"));
  assert.deepEqual([...(await readPth("own.pth", python2)).stateDict.get("w")!.data], [0, 1, 2, 3, 4, 5]);
});

test("opcodes that make objects or run functions are refused by the name they ask for", async () => {
  const named = "cos\nsystem\n";
  const [os, system, x] = ["\x8c\x02os", "\x8c\x06system", pickle.text("x")];
  for (const call of [
    [named, x, "\x85R"],
    [named, x, "\x85\x81"],
    [named, x, "\x85}\x92"],
    ["(", x, "ios\nsystem\n"],
    ["(", named, x, "o"],
    [os, system, "\x93", x, "\x85R"],
    [named],
    ["}", x, named, "s"],
    [named, "}b"],
    [pickle.global("functools", "partial"), named, "\x85R"],
  ])
    await refused(pthAround(pickle.of(call)), /asks for os\.system;/);
});

test("what no file of torch holds is refused as such", async () => {
  for (const opcodes of ["\x82\x01", "\x83\x01\x01", "\x84\x01\x01\x01\x01", "\x97", "N\x98", "P12\n", "z"])
    await refused(pthAround(pickle.of(opcodes)), /its pickle has opcode \d+, which no file has that torch reads/);
  await refused(pthAround(Buffer.from("\x80\x06}.", "latin1")), /is of protocol 6/);
});

test("refuses at once a pickle whose value would be 2^40 long as a text, wherever it stands", async () => {
  const { of, global, text, dict } = pickle;
  const doubled = `]${"q\x00h\x00\x86".repeat(40)}`;
  const began = Date.now();
  await refused(pthAround(of("}", doubled, text("v"), "s")), /no state dict/);
  await refused(pthAround(of([doubled, "Q"])), /as torch does not/);
  await refused(pthAround(of([doubled, ")R"])), /calls what is no function/);
  await refused(pthAround(of([global("collections", "OrderedDict"), doubled, "R"])), /no state dict/);
  await refused(pthAround(of(dict(["w", doubled]))), /no state dict/);
  await refused(pthAround(of("N".repeat(2 ** 20 + 2))), /longer than that of any/);
  assert.ok(Date.now() - began < 2000);
});

test("what is sound, but another kind, is not called damaged and says what it is", async () => {
  const { of, dict, integer } = pickle;
  const kinds: [Buffer, RegExp][] = [
    [pthAround(of("}", integer(0), dict(), "s")), /holds no state dict/],
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
    [withMethod(storedZip([["archive/data.pkl", of("}")]]), 8), /zip file with compressed entries/],
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
  for (const parts of [
    "",
    "t",
    "u",
    "a",
    "R",
    "h\x07",
    "q\x00",
    "(N",
    "\x87",
    "Q",
    "b",
    "NNNNa",
    "}Ns",
    "\x80\x06N",
    "\x91",
    "\x90",
    "(N\x90",
    "1",
    "2",
    "d",
    "(Nd",
    "p0\n",
    "g0\n",
    "\x94",
    "NN\x93",
    "(o",
    "N\x81",
    "NNN\x92",
    "S'x\n",
  ]) {
    await refused(pthAround(pickle.of(parts)), /./);
  }
});

test("refuses zip files that torch did not write", async () => {
  const document = storedZip([["word/document.xml", Buffer.from("<x/>")]]);
  for (const zip of [document, withMethod(document, 8)]) await refused(zip, /none that torch\.save wrote/);
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

test("work and memory grow with the bytes read, however often they refer to the same", async () => {
  const { of, global, text } = pickle;
  const many = (count: number, part: string) => part.repeat(count);
  const name = [text("x".repeat(2 ** 20)), "q\x00"];
  const pairs = ["](", many(50_000, "(K\x01K\x02l"), "e\x85q\x00"];
  const numbered = Buffer.concat(
    Array.from({ length: 100_000 }, (_, i) => Buffer.from(`U\x06${String(i).padStart(6, "0")}h\x00`, "latin1")),
  );
  const counters = Array.from({ length: 200_000 }, (_, i) => `U\x06${String(i).padStart(6, "0")}N`).join("");
  const beside = pthAround(of("}(", counters, text("model"), pickle.dict(["w", pickledTensor()]), "u"));
  assert.ok((await readPth("own.pth", beside)).notes[1].endsWith(", and 199992 more"));
  const files: [Buffer, RegExp][] = [
    // A name of two million letters, asked for many times.
    [of(name, many(100_000, "h\x00h\x00\x930")), /a name that is too long/],
    // A long list made a dictionary many times.
    [of(global("collections", "OrderedDict"), "q\x01", pairs, many(100_000, "h\x01h\x00R0")), /no state dict/],
    // A large dictionary under each key of another one, and under each of its own.
    [of("}q\x00(", numbered, "u"), /no state dict/],
    [of("}q\x00(", numbered, "u0}(", numbered, "u"), /no state dict/],
    // Lengths beyond the file.
    [of("\x8e", Buffer.alloc(8, 255)), /ends too early/],
    [of("\x8d", Buffer.alloc(8, 127)), /ends too early/],
    [of("\x8b", Buffer.alloc(4, 255)), /ends too early/],
    [of(pickle.call(global("builtins", "bytearray"), pickle.integer(2 ** 50))), /no state dict/],
  ];
  for (const [data, reason] of files) {
    const begun = Date.now();
    await refused(pthAround(data), reason);
    assert.ok(Date.now() - begun < 1000, `${reason}: ${Date.now() - begun} ms`);
  }
});

test("names from the file are shown in any script, without what a terminal obeys", async () => {
  const { of, dict } = pickle;
  const weights = dict(["w", pickledTensor()]);
  const other = dict(["w", pickledTensor({ shape: [6], strides: [1] })]);
  const file = pthAround(of(dict(["شبکه", weights], ["\x1b[2J\u202e", other])));
  await refused(file, /^some\.pth: holds several state dicts, "شبکه", "\?\[2J\?": choose one by --entry شبکه$/);
  const { stateDict } = await readPth("own.pth", file, "شبکه");
  assert.deepEqual(stateDict.get("w")!.shape, [2, 3]);
});
