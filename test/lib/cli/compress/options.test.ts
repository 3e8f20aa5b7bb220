import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, test } from "node:test";
import { compress } from "../../../../lib/cli/compress";
import { compressArguments } from "../../../../lib/cli/compress/options";
import { UserError } from "../../../../lib/core/errors";
import { buildFolder } from "../../../../lib/core/paths";

const folder = mkdtempSync(join(tmpdir(), "low-rank-test-"));
const weights = join(folder, "own.onnx");
writeFileSync(weights, "");
after(() => rmSync(folder, { recursive: true }));
afterEach(() => {
  delete process.env.INIT_CWD;
});

const wrong: [string[], RegExp][] = [
  [["--fast"], /^Unknown option '--fast': see npm run compress -- --help$/],
  [["resnet18.pth"], /Unexpected argument .resnet18\.pth./],
  [["--speedup"], /see npm run compress -- --help$/],
  ...["1", "0.9", "0", "-2", "two", "", "2x", "1e9", "Infinity"].map((text): [string[], RegExp] => [
    [`--speedup=${text}`],
    /^--speedup takes a number/,
  ]),
  ...["-1", "none", "", "NaN"].map((text): [string[], RegExp] => [
    [`--max-drop=${text}`],
    /^--max-drop takes a number/,
  ]),
  [["--precision", "fp16"], /^--precision takes fp32, int8 or auto, not "fp16"$/],
  [["--batch", "0"], /^--batch takes a whole number above 0/],
  [["--tune", "0"], /^--tune takes a whole number above 0/],
  ...["0", "-1", "ten"].map((text): [string[], RegExp] => [
    [`--tune-minutes=${text}`],
    /^--tune-minutes takes a number/,
  ]),
  [["--threads", "1.5"], /^--threads takes a whole number above 0/],
  [["--weights", "no such file"], /no such file: does not exist$/],
  [["--images", "no such folder"], /no such folder: does not exist$/],
  [["--images", weights], /own\.onnx: is neither a folder nor a \.tar\.gz archive$/],
  [["--size", "0"], /^--size takes a whole number/],
  [["--mean", "0.5"], /^--mean and --std take as many numbers/],
  [["--out", folder], /is a folder, not a file$/],
  [["--out", join(weights, "m.onnx")], /m\.onnx: lies under something that is not a folder$/],
  [["--out="], /^--out takes the name of a file/],
  [["--weights", weights, "--out", weights], /^--out would overwrite the weights/],
];
for (const [args, message] of wrong)
  test(`refused in one line, at once: ${args.join(" ").replaceAll(folder, "…")}`, async () => {
    await assert.rejects(compress(args), (error) => error instanceof UserError && message.test(error.message));
  });

test("without options: twice as fast, at any cost, for batches of 64", () => {
  const { speedup, maxDrop, batch, tuning, out, report } = compressArguments([])!;
  assert.deepEqual(
    { speedup, maxDrop, batch, tuning },
    { speedup: 2, maxDrop: undefined, batch: 64, tuning: undefined },
  );
  assert.equal(out, join(buildFolder, "compressed.onnx"));
  assert.equal(report, join(buildFolder, "compressed.json"));
});

test("a loss that may be had without a speed-up asks for the fastest within it; with one it only limits", () => {
  const { speedup, maxDrop } = compressArguments(["--max-drop", "0.5"])!;
  assert.deepEqual([speedup, maxDrop], [undefined, 0.5]);
  assert.equal(compressArguments(["--max-drop", "0.5", "--speedup", "3"])!.speedup, 3);
});

test("the files lie where the reader typed them, in folders that may not be there yet", () => {
  process.env.INIT_CWD = folder;
  const { out, report } = compressArguments(["--out", "new/m.onnx", "--max-drop", ".5"])!;
  assert.equal(out, join(folder, "new", "m.onnx"));
  assert.equal(report, join(folder, "new", "m.json"));
});

test("either precision may be chosen unless one is asked for", () => {
  const precisions = (...args: string[]) => compressArguments(args)!.precisions;
  assert.deepEqual(precisions(), ["fp32", "int8"]);
  assert.deepEqual(precisions("--precision", "auto"), ["fp32", "int8"]);
  for (const precision of ["fp32", "int8"]) assert.deepEqual(precisions("--precision", precision), [precision]);
});

test("layers are trained for so many epochs, so many minutes, or whichever is over first", () => {
  const tuning = (...args: string[]) => compressArguments(args)!.tuning;
  assert.deepEqual(tuning("--tune", "10"), { epochs: 10, minutes: undefined });
  assert.deepEqual(tuning("--tune-minutes", "1.5"), { epochs: undefined, minutes: 1.5 });
  assert.deepEqual(tuning("--tune", "10", "--tune-minutes", "12"), { epochs: 10, minutes: 12 });
});
