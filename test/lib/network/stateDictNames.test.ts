import assert from "node:assert/strict";
import { test } from "node:test";
import { type StateDict, tensor } from "../../../lib/core/tensor";
import { onnxRuntime } from "../../../lib/engines/onnxRuntime";
import { run } from "../../../lib/engines/run";
import { readNetwork } from "../../../lib/network/resnet";
import { namedAsTorchvision } from "../../../lib/network/stateDictNames";
import { recordedResnet } from "../../fixtures/resnets/recorded";

const { stateDict, images, logits } = recordedResnet("basic blocks");

/** The state dict by other names; undefined leaves a tensor out. */
function named(nameOf: (name: string) => string | undefined, more: StateDict = new Map()): StateDict {
  const entries = [...stateDict].flatMap(([name, value]) => {
    const other = nameOf(name);
    return other === undefined ? [] : [[other, value] as const];
  });
  return new Map([...entries, ...more]);
}

const behind = (prefix: string) => named((name) => prefix + name);
const one = tensor([1], Float32Array.of(7));
const isHead = (name: string) => name.startsWith("fc.");

/** As the children of the network in a Sequential. */
function asChild(name: string): string {
  const children = ["conv1.", "bn1.", "relu.", "maxpool.", "layer1.", "layer2.", "layer3.", "layer4."];
  const child = children.findIndex((each) => name.startsWith(each));
  return `${child}.${name.slice(children[child].length)}`;
}

const read: [string, StateDict, RegExp][] = [
  ...["module.", "model.", "backbone.", "net.", "encoder.", "_orig_mod.", "module._orig_mod.", "a.b.c.", "1."].map(
    (prefix): [string, StateDict, RegExp] => [
      `the prefix ${prefix}`,
      behind(prefix),
      new RegExp(`^prefix ${prefix} taken off$`),
    ],
  ),
  ["torchvision's names", stateDict, /^$/],
  [
    "a prefix beside counters and other tensors",
    new Map([["n_averaged", one], ...behind("module."), ["loss.weight", one], ["module.aux.weight", one]]),
    /^prefix module\. taken off; ignored: aux\.weight, n_averaged, loss\.weight$/,
  ],
  [
    "another network behind a longer prefix, which is left",
    new Map([...behind("momentum_encoder."), ...behind("encoder.")]),
    /^prefix encoder\. taken off; ignored: momentum_encoder\..*, and \d+ more$/,
  ],
  [
    "a head outside of the prefix",
    named((name) => (isHead(name) ? name : `backbone.${name}`)),
    /^prefix backbone\. taken off$/,
  ],
  [
    "a head named otherwise, half way out",
    named((name) => (isHead(name) ? name.replace("fc.", "module.classifier.1.") : `module.backbone.${name}`)),
    /^prefix module\.backbone\. taken off; head module\.classifier\.1$/,
  ],
  ["a dropout before the head", named((name) => name.replace("fc.", "fc.1.")), /^head fc\.1$/],
  [
    "shortcut and linear",
    named((name) => name.replace("downsample", "shortcut").replace("fc.", "linear.")),
    /^head linear$/,
  ],
  [
    "a Sequential's names and a head beside it",
    named((name) => (isHead(name) ? name : `backbone.${asChild(name)}`)),
    /^prefix backbone\. taken off; a Sequential's names$/,
  ],
  [
    "a Sequential with its head",
    named((name) => (isHead(name) ? name.replace("fc", "9") : asChild(name))),
    /^a Sequential's names; head 9$/,
  ],
];
for (const [what, dict, notes] of read)
  test(`reads ${what}`, async () => {
    const found = readNetwork(dict, "own.pth");
    assert.match(found.notes.join("; "), notes);
    const { data } = await run(found.network, images, onnxRuntime(1));
    assert.ok(data.every((value, i) => Math.abs(value - logits[i]) < 1e-4));
  });

test("reads a head without a bias", async () => {
  const { network, notes } = readNetwork(
    named((name) => (name === "fc.bias" ? undefined : name)),
    "own.pth",
  );
  assert.deepEqual(notes, ["head without bias"]);
  const bias = stateDict.get("fc.bias")!.data;
  const { data } = await run(network, images, onnxRuntime(1));
  assert.ok(data.every((value, i) => Math.abs(value + bias[i % 3] - logits[i]) < 1e-4));
});

test("a head of several layers is left out, which one line says; so does the rest that is not read", () => {
  const layer = tensor([4, 4]);
  const several = named(
    (name) => name.replace("fc.", "fc.0."),
    new Map([
      ["fc.3.weight", layer],
      ["fc.3.bias", one],
    ]),
  );
  const { classes, notes } = readNetwork(several, "own.pth");
  assert.equal(classes, undefined);
  assert.equal(notes.length, 1);
  assert.match(notes[0], /2 linear layers \(fc\.0, fc\.3\)/);
});

test("counters of batches are nobody's concern", () => {
  const counted = named((name) => `module.${name}`, new Map([["module.bn1.num_batches_tracked", one]]));
  const { tensors, others } = namedAsTorchvision(counted);
  assert.deepEqual([tensors.size, others], [stateDict.size, []]);
});

test("of a file's own names nothing is shown that a terminal obeys", () => {
  const evil = "\u001b[2J\n\u202e";
  const dict = named((name) => (isHead(name) ? `${evil}.classifier.${name.slice(3)}` : `${evil}.net.${name}`));
  const { notes } = readNetwork(new Map([...dict, [`aux${evil}`, one]]), "own.pth");
  assert.equal(notes.length, 3);
  for (const note of notes) assert.doesNotMatch(note, /\p{C}/u);
  assert.throws(
    () => readNetwork(new Map([[`layer1.${evil}`, one]]), "own.pth"),
    (error: Error) => !/\p{C}/u.test(error.message),
  );
});
