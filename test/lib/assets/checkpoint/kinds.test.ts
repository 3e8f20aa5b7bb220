import type { StateDict } from "../../../../lib/core/tensor";
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { readCheckpoint } from "../../../../lib/assets/checkpoint/checkpoint";
import { FileError } from "../../../../lib/core/errors";
import { sha256 } from "../../../../lib/core/files";
import { fixture, temporaryFolder } from "../../../fixtures/assets/hostile";

const recorded = join(__dirname, "..", "..", "..", "fixtures", "assets", "checkpoints");
const at = (...path: string[]) => join(recorded, ...path);
type Bits = Record<string, { shape: number[]; bits: number[] }>;
const state: Bits = JSON.parse(fixture(join("checkpoints", "state.json")).toString());

function bitsOf(stateDict: StateDict): Bits {
  const entries = [...stateDict].map(([name, { shape, data }]) => {
    return [name, { shape, bits: [...new Uint32Array(Float32Array.from(data).buffer)] }];
  });
  return Object.fromEntries(entries);
}

async function refused(file: string, reason: RegExp, options = {}): Promise<void> {
  await assert.rejects(readCheckpoint(file, options), (error: unknown) => {
    assert.ok(error instanceof FileError, String(error));
    assert.match(error.message, /^[^\n]+$/);
    assert.match(error.reason, reason);
    assert.doesNotMatch(error.reason, /damaged/);
    return true;
  });
}

describe("pickle protocols", () => {
  for (const container of ["zip", "legacy"])
    for (const protocol of [1, 2, 3, 4, 5])
      test(`${container}, protocol ${protocol}`, async () => {
        const { stateDict, notes } = await readCheckpoint(at("protocols", `${container}-${protocol}.pth`));
        assert.deepEqual(bitsOf(stateDict), state);
        assert.deepEqual([...stateDict.keys()], Object.keys(state));
        assert.deepEqual(notes, []);
      });

  test("protocol 0 is refused, whose storages torch itself does not find again", async () => {
    for (const container of ["zip", "legacy"])
      await refused(at("protocols", `${container}-0.pth`), /has opcode 80, which no file has that torch reads/);
  });
});

describe("a state dict inside of what a training leaves", () => {
  for (const [name, entry] of [
    ["training-2", "state_dict"],
    ["training-4", "state_dict"],
    ["training-5", "state_dict"],
    ["training-legacy", "net"],
  ])
    test(name, async () => {
      const { stateDict, notes } = await readCheckpoint(at("wrapped", `${name}.pth`));
      assert.deepEqual(bitsOf(stateDict), state);
      assert.equal(notes[0], `entry "${entry}"`);
      assert.match(notes[1], /^ignored: epoch, optimizer, scheduler, .* \d+ more$/);
    });

  test("three dictionaries deep", async () => {
    const { stateDict, notes } = await readCheckpoint(at("wrapped", "nested.pth"));
    assert.deepEqual(bitsOf(stateDict), state);
    assert.deepEqual(notes, ['entry "trainer.ema.shadow"', "ignored: decay, epoch"]);
  });

  test("beside an optimizer as an object", async () => {
    const { stateDict, notes } = await readCheckpoint(at("wrapped", "optimizer.pth"));
    assert.deepEqual(bitsOf(stateDict), state);
    assert.deepEqual(notes, ['entry "model_state_dict"', "ignored: optimizer_object"]);
  });

  test("under two names", async () => {
    const { stateDict, notes } = await readCheckpoint(at("wrapped", "same.pth"));
    assert.deepEqual(bitsOf(stateDict), state);
    assert.deepEqual(notes, ['entry "best"']);
  });

  test("with a number among the tensors", async () => {
    const { stateDict, notes } = await readCheckpoint(at("wrapped", "flat.pth"));
    assert.deepEqual(bitsOf(stateDict), state);
    assert.deepEqual(notes, ["ignored: epoch"]);
  });

  test("two that could be meant: they are named, and --entry chooses", async () => {
    const file = at("wrapped", "ema.pth");
    await refused(file, /holds several state dicts, "model", "ema": choose one by --entry model$/);
    const [ema, model] = await Promise.all(["ema", "model"].map((entry) => readCheckpoint(file, { entry })));
    assert.deepEqual(bitsOf(ema.stateDict), state);
    assert.deepEqual(ema.notes, ['entry "ema"', "ignored: epoch, model"]);
    assert.equal(model.stateDict.get("conv1.weight")!.data[0], ema.stateDict.get("conv1.weight")!.data[0] + 1);
    assert.notEqual(ema.sha256, model.sha256);
    await refused(file, /has no entry "emma": it has "model", "ema"$/, { entry: "emma" });
    await refused(file, /has no entry "epoch"/, { entry: "epoch" });
  });

  test("none, or an entry where the file itself is the state dict", async () => {
    await refused(at("wrapped", "none.pth"), /holds no state dict, .*: it holds epoch, args, /);
    await refused(at("protocols", "zip-2.pth"), /has no entry "model": leave --entry out/, { entry: "model" });
    await refused(at("types", "integers.safetensors"), /has no entry "model": leave --entry out/, { entry: "model" });
  });
});

describe("types of numbers", () => {
  const counts = { int64: 7, int32: 7, int16: 7, int8: 7, uint8: 7, bool: 1 };

  test("a count of any integer type", async () => {
    for (const name of ["integers.pth", "integers.safetensors"]) {
      const { stateDict } = await readCheckpoint(at("types", name));
      for (const [type, count] of Object.entries(counts))
        assert.deepEqual([...stateDict.get(type)!.data], [count], type);
    }
  });

  test("the types that torch 2 added", async () => {
    for (const name of ["added.pth", "added-legacy.pth", "integers.safetensors"]) {
      const { stateDict } = await readCheckpoint(at("types", name));
      for (const type of ["uint16", "uint32", "uint64"]) assert.deepEqual([...stateDict.get(type)!.data], [7, 3], type);
    }
  });

  test("every layout and type that networks are saved in, as torch has them", async () => {
    const layouts: Bits = JSON.parse(fixture(join("checkpoints", "layouts.json")).toString());
    for (const name of ["layouts.pth", "layouts-legacy.pth"])
      assert.deepEqual(bitsOf((await readCheckpoint(at("types", name))).stateDict), layouts);
  });

  test("tensors with attributes of their own", async () => {
    const { stateDict } = await readCheckpoint(at("types", "attributes.pth"));
    for (const name of ["a.weight", "b.weight"]) assert.deepEqual(bitsOf(stateDict)[name], state["conv1.weight"]);
  });
});

const twoLines = String.raw`(if you trust it, )?in Python, x = \S+\(.*\); torch\.save\(.*, "OTHER\.pth"\)`;
const kinds: [file: string, kind: string][] = [
  ["module.pth", "a whole pickled module of class __main__\\.Net"],
  ["module-wrapped.pth", "a whole pickled module of class __main__\\.Net"],
  ["module-legacy.pth", "a whole pickled module of class __main__\\.Net"],
  ["script.pt", "a TorchScript module"],
  ["deflated.pth", "a zip file with compressed"],
  ["float8.pth", "tensors of such a type, torch\\.float8_e4m3fn"],
  ["float8.safetensors", "conv\\.weight as F8_E4M3"],
  ["quantized.pth", "quantized tensors"],
  ["quantized-channels.pth", "quantized tensors"],
  ["sparse.pth", "sparse or nested tensors"],
];
describe("what is refused says its kind and the two lines of Python", () => {
  for (const [file, kind] of kinds)
    test(file, () => refused(at("refused", file), new RegExp(`${kind}.*: ${twoLines}`)));

  test("numbers of two parts, by name", () =>
    refused(at("refused", "complex.pth"), /asks for torch\.ComplexFloatStorage/));
});

test("masks of pruning are multiplied out, and said", async () => {
  const [masked, plain] = await Promise.all(["masked.pth", "unmasked.pth"].map((name) => readCheckpoint(at(name))));
  assert.deepEqual(bitsOf(masked.stateDict), bitsOf(plain.stateDict));
  assert.deepEqual(masked.notes, ["masks of torch.nn.utils.prune multiplied out, of 2 tensors"]);
});

describe("shards", () => {
  const index = "model.safetensors.index.json";
  const shards = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"];
  const content = new Map([index, ...shards].map((name) => [name, fixture(join("checkpoints", "sharded", name))]));

  /** A folder with the index changed, and these shards beside it. */
  function withIndex(text: string, beside = shards): string {
    const folder = temporaryFolder();
    for (const name of beside) writeFileSync(join(folder, name), content.get(name)!);
    writeFileSync(join(folder, index), text);
    return join(folder, index);
  }
  const text = content.get(index)!.toString();

  test("are read through their index", async () => {
    const { stateDict, notes, sha256: sum } = await readCheckpoint(at("sharded", index));
    assert.deepEqual(bitsOf(stateDict), state);
    assert.deepEqual(notes, ["2 shards"]);
    assert.equal(sum, sha256([...content.values()].map(sha256).join()));
  });

  test("must lie beside it, under plain names", async () => {
    await refused(
      withIndex(text, shards.slice(0, 1)),
      /names model-00002-of-00002\.safetensors, which does not lie beside it/,
    );
    for (const name of ["/etc/passwd", "../x.safetensors", "a/b.safetensors", "..", "a\\\\b.safetensors", "x.txt", ""])
      await refused(withIndex(text.replace(shards[0], name)), /refused: it places conv1\.weight in what is no/);
  });

  test("of torch.save are refused with the two lines of Python", () =>
    refused(
      withIndex(text.replaceAll(".safetensors", ".bin")),
      /in Python, x = \{k: v .*\}; torch\.save\(x, "OTHER\.pth"\)/,
    ));

  test("must hold what the index says", async () => {
    const file = withIndex(text.replace("conv1.weight", "conv9.weight"));
    await assert.rejects(readCheckpoint(file), /damaged: conv9\.weight is not in model-00001/);
    await assert.rejects(readCheckpoint(withIndex(text.slice(0, -3))), /damaged: it is no JSON/);
    await assert.rejects(readCheckpoint(withIndex('{"metadata": 3}')), /a JSON file, but no index/);
  });
});
