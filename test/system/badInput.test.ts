import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { demoCheckpoint } from "../../lib/assets/demo";
import { officialWeights, testFile, trainFile } from "../../lib/assets/officialFiles";
import { fixture, pickle, pthAround, safetensors, temporaryFolder } from "../fixtures/assets/hostile";
import { commandLine, copyCheckout, plainEnvironment, removeCheckout, runCommand } from "../support/checkout";

const record = 3073;
const given = temporaryFolder();
/** A file of the reader's own; its folders are made. */
function file(name: string, content: string | Uint8Array): string {
  const path = join(given, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

/** A folder with as few training and test images as the chapters take, or with others. */
function images(name: string, train = Buffer.alloc(1024 * record), test = Buffer.alloc(512 * record)): string {
  file(join(name, testFile), test);
  return dirname(file(join(name, trainFile), train));
}

let checkout: string;
let demo: Buffer;
let fewImages: string;
before(() => {
  checkout = copyCheckout("own");
  demo = readFileSync(join(checkout, "data", "demo", demoCheckpoint));
  fewImages = images("few");
});
after(() => removeCheckout(checkout));

interface Answer {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** Exit code 1, and one line on stderr that names the file and the reason; nothing is written under a final name. */
function refusedInOneLine({ status, stdout, stderr }: Answer, path: string, reason: RegExp): void {
  assert.equal(status, 1, stderr);
  assert.equal(stdout, "");
  assert.match(stderr, /^[^\n]+\n$/);
  assert.ok(stderr.startsWith(`${path}: `), stderr);
  assert.match(stderr, reason);
  assert.deepEqual(existsSync(join(checkout, "build")) ? readdirSync(join(checkout, "build")) : [], []);
}

/** The demo checkpoint with its header's text changed to another of the same length. */
function otherHeader(from: RegExp, to: string): Buffer {
  const length = Number(demo.readBigUInt64LE(0));
  const text = demo.toString("utf8", 8, 8 + length);
  const changed = text.replace(from, to);
  assert.notEqual(changed, text);
  return safetensors(changed.padEnd(length), demo.subarray(8 + length));
}

/** The demo checkpoint with NaN as its last number: half precision, sign 0, exponent all ones, fraction not 0. */
function withNaN(): Buffer {
  const changed = Buffer.from(demo);
  changed.writeUInt16LE(0x7e00, changed.length - 2);
  return changed;
}

function flipped(bytes: Buffer, position: number): Buffer {
  const changed = Buffer.from(bytes);
  changed[position] ^= 16;
  return changed;
}

const system = pickle.of(pickle.call(pickle.global("os", "system"), pickle.text(`touch ${join(given, "executed")}`)));
const checkpoints: [string, string, () => Uint8Array, RegExp][] = [
  ["cut short", "cut.safetensors", () => demo.subarray(0, demo.length / 2), /damaged|incomplete/],
  ["a zip cut short", "cut.pth", () => fixture("small.pth").subarray(0, 1000), /damaged or incomplete/],
  ["with a flipped bit", "flipped.pth", () => flipped(fixture("small.pth"), 700), /damaged/],
  ["empty", "none.pth", () => Buffer.alloc(0), /is empty/],
  ["of another kind than its name says", "demo.pth", () => demo, /is named as a torch file but holds safetensors/],
  ["that is no checkpoint", "page.pth", () => Buffer.from("<!DOCTYPE html>"), /no checkpoint/],
  ["whose pickle calls the system", "system.pth", () => pthAround(system), /os\.system|"os"|global/],
  [
    "with several state dicts in it",
    "ema.pth",
    () => fixture(join("checkpoints", "wrapped", "ema.pth")),
    /--entry model$/m,
  ],
  ["whose header lies about its length", "lies.safetensors", () => safetensors("{}", demo, 2n ** 40n), /damaged/],
  [
    "of another network",
    "other.pth",
    () => fixture("small.pth"),
    /cannot be read as a ResNet; nearest: ResNet-18, but conv1\.weight is missing.*; it holds /,
  ],
  [
    "with a tensor of a wrong shape",
    "shape.safetensors",
    () => otherHeader(/"shape":\s*\[1000,\s*512\]/, '"shape":[512,1000]'),
    /fc\.weight has shape \(512, 1000\)/,
  ],
  ["with NaN among its weights", "nan.safetensors", withNaN, /holds NaN or infinity/],
];

describe("npm start refuses a checkpoint", () => {
  for (const [name, fileName, content, reason] of checkpoints)
    test(name, () => {
      const path = file(fileName, content());
      refusedInOneLine(runCommand(checkout, ["start", "1", "--weights", path, "--images", fewImages]), path, reason);
      assert.equal(existsSync(join(given, "executed")), false);
    });
});

const wrongLabel = Buffer.alloc(10 * record);
wrongLabel[3 * record] = 10;
const imageFolders: [string, () => string, string, RegExp][] = [
  [
    "a file of a wrong length",
    () => images("short", Buffer.alloc(record - 1)),
    trainFile,
    /has 3072 bytes, no multiple/,
  ],
  ["a label over 9", () => images("label", undefined, wrongLabel), testFile, /label 10 at image 3: labels are 0 to 9/],
  [
    "another number of classes than the report's",
    () => {
      file(join("classes", "batches.meta.txt"), "cat\ndog\nbird\nship\n");
      return images("classes");
    },
    "",
    /holds images of 4 classes, .*npm run compress/,
  ],
  [
    "too few to learn from",
    () => images("three", Buffer.alloc(3 * record)),
    "",
    /holds 3 images to learn from: .* 1024 /,
  ],
  [
    "too few to test on",
    () => images("untested", undefined, Buffer.alloc(511 * record)),
    "",
    /holds 511 images to test on: .* 512 /,
  ],
  ["an empty file", () => images("empty", Buffer.alloc(0)), trainFile, /is empty/],
  ["a file missing", () => dirname(file(join("one", trainFile), "")), "", /lacks test_batch\.bin/],
  ["nothing at all", () => join(given, "nowhere"), "", /does not exist/],
];

describe("npm start refuses a folder of images with", () => {
  for (const [name, make, culprit, reason] of imageFolders)
    test(name, () => {
      const folder = make();
      refusedInOneLine(runCommand(checkout, ["start", "3", "--images", folder]), join(folder, culprit), reason);
    });
});

test("npm run compress refuses too few images before it computes anything", () => {
  const few = images("few for compress", Buffer.alloc(99 * record));
  const answer = runCommand(checkout, ["compress", "--images", few]);
  refusedInOneLine(answer, few, /holds 99 images to learn from: at least 100 /);
  const untested = images("untested by compress", undefined, Buffer.alloc(49 * record));
  refusedInOneLine(
    runCommand(checkout, ["compress", "--images", untested]),
    untested,
    /holds 49 images to test on: at least 50 /,
  );
});

test("npm start --check refuses other images than the committed outputs rest on, before any cell runs", () => {
  const { status, stdout, stderr } = start1("--check");
  assert.deepEqual({ status, stdout }, { status: 1, stdout: "" });
  assert.match(stderr, /^[^\n]*01-introduction\.ipynb: ran on other weights or images [^\n]*\n$/);
});

const start1 = (...more: string[]) => runCommand(checkout, ["start", "1", "--images", fewImages, ...more]);

const refusedArguments: [string, string[], RegExp][] = [
  ["a baseline that is nowhere", ["--baseline", join(given, "nowhere")], /nowhere: does not exist$/],
  ["a baseline without the chapter", ["--baseline", given], /01-introduction\.ipynb: does not exist$/],
  [
    "a parameter that no chapter has",
    ["--set", "classs=3"],
    /^--set classs=3: .* imageShape, classes, imagesPerClass$/,
  ],
  ["a text that is no value", ["--set", "classes=[3"], /^--set classes=\[3: .* imageShape, classes, imagesPerClass$/],
  ["other parameters than those that are compared", ["--set", "classes=3", "--check"], /^--set .*--check/],
  ["more points than those that are compared", ["--full", "--check"], /fewer points than --full.*--baseline/],
  ["other parameters than those that are committed", ["--set", "classes=3", "--inplace"], /^--set .*--inplace/],
];
describe("npm start refuses in one line, before any cell runs,", () => {
  for (const [name, args, line] of refusedArguments)
    test(name, () => {
      const { status, stdout, stderr } = start1(...args);
      assert.deepEqual({ status, stdout }, { status: 1, stdout: "" });
      assert.match(stderr.trimEnd().split("\n").pop()!, line);
      assert.equal(existsSync(join(checkout, "build", "notebooks")), false);
    });
});

/** Puts something into the copy for as long as the work takes. */
function within(path: string, content: Uint8Array, work: () => void): void {
  const aside = `${path}.aside`;
  if (existsSync(path)) renameSync(path, aside);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  try {
    work();
  } finally {
    rmSync(path);
    if (existsSync(aside)) renameSync(aside, path);
  }
}

test("a file under the official name that is not the official one is refused", () => {
  const path = join(checkout, "data", "cache", officialWeights.name);
  within(path, fixture("small.pth"), () =>
    refusedInOneLine(start1(), path, /is not the official one, its sha256 differs/),
  );
});

test("a damaged demo checkpoint is refused", () => {
  const path = join(checkout, "data", "demo", demoCheckpoint);
  within(path, flipped(demo, demo.length - 2), () => refusedInOneLine(start1(), path, /is damaged, its sha256/));
});

describe("npm start says in one line that it cannot write, where", () => {
  test("build is a file", () => {
    const build = join(checkout, "build");
    rmSync(build, { recursive: true });
    writeFileSync(build, "");
    try {
      const { status, stdout, stderr } = start1();
      assert.deepEqual({ status, stdout }, { status: 1, stdout: "" });
      assert.match(stderr, /^[^\n]*build[^\n]*: [^\n]+\n$/);
      assert.equal(readFileSync(build, "utf8"), "");
    } finally {
      rmSync(build);
      mkdirSync(build);
    }
  });

  /** A command in a namespace of its own, in which build/ is a file system with these options. */
  const mounted = (options: string, ...command: string[]) => {
    const script = `mount -t tmpfs -o ${options} tmpfs build && exec "$@"`;
    const args = ["--user", "--map-root-user", "--mount", "sh", "-c", script, "sh", ...command];
    return spawnSync("unshare", args, { cwd: checkout, env: plainEnvironment(), encoding: "utf8" });
  };
  const start = [process.execPath, ...commandLine, "start", "1"];

  test("the file system is read-only", (context) => {
    if (mounted("ro", "true").status !== 0) return context.skip("no file system can be mounted here");
    const answer = mounted("ro", ...start, "--images", fewImages);
    refusedInOneLine(answer, join(checkout, "build", "run.lock"), /the file system is read-only/);
  });

  const other: [string[], string][] = [
    [["compress", "--out", join(given, "m.onnx")], join("build", "cache", "features.bin")],
    [["bench"], join("build", "bench.json")],
    [["lab"], join("build", "jupyter", "kernels", "low-rank-resnet", "kernel.json")],
  ];
  for (const [args, path] of other)
    test(`the file system is read-only, so for npm run ${args[0]}`, (context) => {
      if (mounted("ro", "true").status !== 0) return context.skip("no file system can be mounted here");
      const answer = mounted("ro", process.execPath, ...commandLine, ...args);
      refusedInOneLine(answer, join(checkout, path), /the file system is read-only/);
    });

  test("the disk is full before the first cell", (context) => {
    if (mounted("size=64k", "true").status !== 0) return context.skip("no file system can be mounted here");
    const { status, stderr } = mounted("size=64k", ...start);
    const lines = stderr.trimEnd().split("\n");
    assert.equal(status, 1);
    assert.match(lines.pop()!, /build.cache.demo-images.data_batch_1\.bin: cannot be written, the disk is full$/);
    for (const line of lines) assert.match(line, /^drawing the demo images, files(: \d of \d)?$/);
  });

  test("the disk gets full while a chapter runs", (context) => {
    if (mounted("size=32k", "true").status !== 0) return context.skip("no file system can be mounted here");
    const listed = [`"$@"; code=$?; find build -type f; exit $code`, "sh", ...start, "--images", fewImages];
    const { status, stdout, stderr } = mounted("size=32k", "sh", "-c", ...listed);
    assert.equal(status, 1);
    assert.match(stderr, /^[^\n]*build[^\n]*: cannot be written, the disk is full\n$/);
    assert.doesNotMatch(stdout, /introduction\.ipynb|partial|claims\.json|report\.html|run\.lock/);
  });
});

const features = () => {
  const folder = join(checkout, "build", "cache");
  return existsSync(folder) ? readdirSync(folder).filter((name) => /^features-.*\.bin$/.test(name)) : [];
};

/** Whether the numbers after a cached file's first line are those that its first line promises. */
function isWhole(name: string): boolean {
  const bytes = readFileSync(join(checkout, "build", "cache", name));
  const end = bytes.indexOf("\n");
  const { sha256 } = JSON.parse(bytes.toString("utf8", 0, end));
  return (
    createHash("sha256")
      .update(bytes.subarray(end + 1))
      .digest("hex") === sha256
  );
}

test("a run refuses a second one beside it; killed, it leaves nothing half-made, and the next one works", async () => {
  const child = spawn(process.execPath, [...commandLine, "start", "3"], { cwd: checkout, env: plainEnvironment() });
  let printed = "";
  child.stdout.on("data", (text) => {
    printed += text;
  });
  while (!printed.includes("chapter 3, cell 2/")) {
    assert.equal(child.exitCode, null);
    await sleep(100);
  }

  const second = runCommand(checkout, ["start", "3"]);
  assert.deepEqual({ status: second.status, stdout: second.stdout }, { status: 1, stdout: "" });
  assert.match(second.stderr, new RegExp(`^another run is under way \\(process ${child.pid}\\): [^\n]*\n$`));

  while (features().length === 0 && !printed.includes("chapter 3, cell 4/")) await sleep(20); // its features
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
  for (const none of ["claims.json", "report.html", "notebooks", join("claims", "chapter-3.json")])
    assert.equal(existsSync(join(checkout, "build", none)), false, `${none} after a killed run`);
  assert.equal(features().length, 1);
  assert.ok(features().every(isWhole));

  const next = runCommand(checkout, ["start", "3"]);
  assert.equal(next.status, 0, next.stderr);
  assert.equal(features().length, 2);
  assert.ok(features().every(isWhole));
  const claims: { chapter: number }[] = JSON.parse(readFileSync(join(checkout, "build", "claims.json"), "utf8"));
  assert.deepEqual([...new Set(claims.map(({ chapter }) => chapter))], [3]);
});
