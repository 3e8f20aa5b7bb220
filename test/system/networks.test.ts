import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { testFile, trainFile } from "../../lib/assets/officialFiles";
import type { Claim } from "../../lib/claims/claims";
import type { StateDict } from "../../lib/core/tensor";
import { safetensors, temporaryFolder } from "../fixtures/assets/hostile";
import { recordedResnet } from "../fixtures/resnets/recorded";
import { copyCheckout, removeCheckout, runCommand } from "../support/checkout";
import { colouredImages } from "../support/smallResnet";

const folder = temporaryFolder();
let checkout: string;
before(() => {
  checkout = copyCheckout("own");
});
after(() => removeCheckout(checkout));

/** A file of these tensors, all names behind a prefix. */
function checkpoint(name: string, stateDict: StateDict, prefix = ""): string {
  let length = 0;
  const header = Object.fromEntries(
    [...stateDict].map(([key, { shape, data }]) => {
      const from = length;
      length += data.byteLength;
      return [prefix + key, { dtype: "F32", shape, data_offsets: [from, length] }];
    }),
  );
  const numbers = [...stateDict.values()].map(({ data }) => Buffer.from(data.buffer, data.byteOffset, data.byteLength));
  const file = join(folder, name);
  writeFileSync(file, safetensors(JSON.stringify(header), Buffer.concat(numbers)));
  return file;
}

/** As few images as the chapters take, of four classes, in a folder of an odd name. */
function fourClasses(): string {
  const images = join(folder, `it's "four" #1 %20 چهار`);
  mkdirSync(images, { recursive: true });
  const { pixels, count } = colouredImages(64);
  for (const [name, wanted] of [
    [trainFile, 1024],
    [testFile, 512],
  ] as const) {
    const records = Array.from({ length: wanted }, (_, i) => [Buffer.of(i % 4), pixels(i % count, (i % count) + 1)]);
    writeFileSync(join(images, name), Buffer.concat(records.flat()));
  }
  writeFileSync(join(images, "batches.meta.txt"), "a\nb\nc\nd\n");
  return images;
}

test("chapter 2 runs on another network, said what it is, and its claims are not comparable", () => {
  const { stateDict } = recordedResnet("CIFAR-10");
  const weights = checkpoint(`that's #2 "of" 100 %20 شبکه.safetensors`, stateDict, "module.");
  const { status, stdout, stderr } = runCommand(checkout, [
    "start",
    "2",
    "--weights",
    weights,
    "--images",
    fourClasses(),
  ]);
  assert.equal(status, 0, stderr);
  assert.match(stdout, /^weights: custom, .*: a ResNet of blocks 1, 1, 1, 3 classes; prefix module\. taken off; /m);
  const claims: Claim[] = JSON.parse(readFileSync(join(checkout, "build", "claims.json"), "utf8"));
  assert.ok(claims.length > 0);
  for (const { id, verdict, mustHold } of claims) assert.deepEqual([verdict, mustHold], ["not comparable", false], id);
});

test("a chapter that cannot run on it is refused in one line", () => {
  const { stateDict } = recordedResnet("bottlenecks");
  const headless = new Map([...stateDict].filter(([name]) => !name.startsWith("fc.")));
  const weights = checkpoint("headless.safetensors", headless);
  for (const [chapter, line] of [
    ["2", /headless\.safetensors: has no head/],
    ["3", /چهار: holds images of 4 classes/],
  ] as const) {
    const given = ["start", chapter, "--weights", weights, "--images", fourClasses()];
    const { status, stdout, stderr } = runCommand(checkout, given);
    assert.deepEqual([status, stdout], [1, ""]);
    assert.match(stderr, /^[^\n]+\n$/);
    assert.match(stderr, line);
  }
});

const skip = process.env.LOW_RANK_LONG !== "1" && "chapters 5 and 7 take ten minutes: LOW_RANK_LONG=1 runs them";
for (const kind of ["wide bottlenecks", "grouped convolutions"])
  test(`npm start on a network of ${kind} runs what can run, says what cannot, and ends well`, { skip }, () => {
    const weights = checkpoint("own.safetensors", recordedResnet(kind).stateDict);
    const { status, stdout, stderr } = runCommand(checkout, ["start", "--weights", weights, "--images", fourClasses()]);
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^left out: .*چهار: holds images of 4 classes/m);
    for (const chapter of [1, 2, 5, 7]) assert.match(stdout, new RegExp(`^chapter ${chapter}, cell 1/`, "m"));
    assert.doesNotMatch(stdout, /^chapter [346], cell/m);
  });
