import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readCheckpoint } from "../../lib/assets/checkpoint/checkpoint";
import { FileError } from "../../lib/core/errors";
import { Random } from "../../lib/core/random";
import { fixture, storedZip } from "../fixtures/assets/hostile";

/**
 * Changes files of every container that is read and reads them: npx tsx test/fuzz/checkpoints.ts [CASES] [SEED].
 * Each must give a state dict or a FileError of one line, soon and within bounded memory.
 */

interface Seed {
  kind: string;
  /** What is changed: a file's bytes, or those of a zip's pickle, which then gets its right checksum. */
  bytes: Buffer;
  file: (changed: Buffer) => Buffer;
}

const recorded = (name: string) => fixture(join("checkpoints", name));
const zipped = ["1", "2", "3", "4", "5"].map((protocol) => join("protocols", `zip-${protocol}.pth`));
const wrapped = ["training-2", "training-4", "training-5", "ema", "nested", "optimizer"].map((name) =>
  join("wrapped", `${name}.pth`),
);
const torchZips = [...zipped, ...wrapped, "masked.pth", join("types", "integers.pth"), join("types", "added.pth")];
const legacy = ["1", "2", "3", "4", "5"].map((protocol) => join("protocols", `legacy-${protocol}.pth`));
const plain = [...torchZips, ...legacy, join("wrapped", "training-legacy.pth"), join("types", "integers.safetensors")];
const refused = ["module.pth", "module-legacy.pth", "quantized.pth", "script.pt"].map((name) => join("refused", name));
const [index, shard] = ["model.safetensors.index.json", "model-00001-of-00002.safetensors"];

function seeds(): Seed[] {
  const whole = [...plain, ...refused].map((kind) => ({
    kind,
    bytes: recorded(kind),
    file: (changed: Buffer) => changed,
  }));
  const pickles = torchZips.map((kind) => {
    const entries = entriesOf(recorded(kind));
    const at = entries.findIndex(([name]) => name.endsWith("/data.pkl"));
    const file = (changed: Buffer) => storedZip(entries.map((entry, i) => (i === at ? [entry[0], changed] : entry)));
    return { kind: `${kind}, its pickle`, bytes: entries[at][1], file };
  });
  return [...whole, ...pickles];
}

/** Name and content of each entry of a zip whose entries are stored, by its central directory. */
function entriesOf(zip: Buffer): [string, Buffer][] {
  const entries: [string, Buffer][] = [];
  let at = zip.readUInt32LE(zip.lastIndexOf("PK\x05\x06", undefined, "latin1") + 16);
  while (zip.toString("latin1", at, at + 4) === "PK\x01\x02") {
    const [name, extra, comment] = [28, 30, 32].map((field) => zip.readUInt16LE(at + field));
    const [length, local] = [zip.readUInt32LE(at + 24), zip.readUInt32LE(at + 42)];
    const begin = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    entries.push([zip.toString("utf8", at + 46, at + 46 + name), zip.subarray(begin, begin + length)]);
    at += 46 + name + extra + comment;
  }
  return entries;
}

/** One to four changes: a bit, a byte, an opcode put in, a stretch repeated, moved or left out, a length made extreme, an end cut off. */
function changed(bytes: Buffer, random: Random): Buffer {
  let result = Buffer.from(bytes);
  for (let left = 1 + random.integer(4); left > 0; left--) {
    const at = random.integer(result.length + 1);
    const [before, after] = [result.subarray(0, at), result.subarray(at)];
    const stretch = result.subarray(random.integer(result.length + 1)).subarray(0, 1 + random.integer(40));
    const opcodes = Buffer.from(
      "()]}.0123abcdeghijlopqrstuBCFGIJKLMNPQRSTUVX\x80\x81\x8a\x8b\x8c\x8d\x8e\x8f\x90\x91\x92\x93\x94\x95\x96",
      "latin1",
    );
    const extreme = [Buffer.alloc(4, 255), Buffer.alloc(8, 255), Buffer.from([0, 0, 0, 0x7f]), Buffer.alloc(8)][
      random.integer(4)
    ];
    const [old, byte] = [after[0] ?? 0, random.integer(256)];
    const opcode = opcodes.subarray(random.integer(opcodes.length)).subarray(0, 1);
    const changes = [
      [before, [old ^ (1 << (byte & 7))], after.subarray(1)],
      [before, [byte], after.subarray(1)],
      [before, opcode, after],
      [before, stretch, after],
      [before, after.subarray(byte & 15)],
      [before, extreme, after.subarray(extreme.length)],
      byte < 32 ? [before] : [before, opcode, after.subarray(1)],
    ];
    result = Buffer.concat(changes[random.integer(changes.length)].map((part) => Uint8Array.from(part)));
  }
  return result;
}

export interface Fuzzed {
  cases: number;
  /** Files that were read all the same, and those refused. */
  read: number;
  refused: number;
  slowestMs: number;
  slowest: string;
  /** Of the process, in MB: at the end, and before the first case. */
  memory: { before: number; after: number };
}

/** @throws Error that names the case, if one ends otherwise than it must. */
export async function fuzzCheckpoints(cases: number, seed: number): Promise<Fuzzed> {
  const folder = mkdtempSync(join(tmpdir(), "low-rank-fuzz-"));
  const random = new Random(seed);
  const all = seeds();
  const result: Fuzzed = {
    cases,
    read: 0,
    refused: 0,
    slowestMs: 0,
    slowest: "",
    memory: { before: megabytes(), after: 0 },
  };
  const shards = new Map(
    [index, shard, shard.replace("00001", "00002")].map((name) => [name, recorded(join("sharded", name))]),
  );
  try {
    for (const [name, bytes] of shards) writeFileSync(join(folder, name), bytes);
    for (let i = 0; i < cases; i++) {
      const sharded = random.integer(10) === 0;
      const part = [index, shard][random.integer(2)];
      const chosen = all[random.integer(all.length)];
      const kind = sharded ? part : chosen.kind;
      const bytes = sharded ? changed(shards.get(part)!, random) : chosen.file(changed(chosen.bytes, random));
      const file = join(folder, sharded ? index : "case");
      writeFileSync(join(folder, sharded ? part : "case"), bytes);
      const begun = performance.now();
      try {
        const entry = random.integer(8) === 0 ? "model" : undefined;
        const { stateDict } = await readCheckpoint(file, { entry });
        result.read++;
        for (const { shape, data } of stateDict.values())
          if (shape.reduce((size, side) => size * side, 1) !== data.length) throw new Error("a tensor of a wrong size");
      } catch (error) {
        if (!(error instanceof FileError) || error.message.includes("\n") || error.message.length > 2000)
          throw new Error(`case ${i} of seed ${seed}, ${kind}: ${(error as Error).stack}`);
        result.refused++;
      }
      const taken = performance.now() - begun;
      if (taken > result.slowestMs) [result.slowestMs, result.slowest] = [taken, `case ${i}, ${kind}`];
      if (sharded) writeFileSync(join(folder, part), shards.get(part)!);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  result.memory.after = megabytes();
  return result;
}

function megabytes(): number {
  return Math.round(process.memoryUsage.rss() / 1e6);
}

if (require.main === module) {
  const [cases = 100_000, seed = 18] = process.argv.slice(2).map(Number);
  fuzzCheckpoints(cases, seed).then(console.log);
}
