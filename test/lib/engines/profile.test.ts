import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { operatorTimes, ownerOf, profileOperators } from "../../../lib/engines/profile";
import { deepNetwork } from "../../../lib/network/deepNetwork";
import { imageInput, type Network } from "../../../lib/network/network";
import { readNetwork } from "../../../lib/network/resnet";
import { formulaImages, formulaStateDict } from "../../support/formulaWeights";

const event = (name: string, dur: unknown, more = {}) => ({
  cat: "Node",
  name,
  dur,
  args: { op_name: "Conv" },
  ...more,
});
const profile = (events: unknown[]) => JSON.stringify(events);

test("of each operator the shortest of the runs after the warm-ups, in ms", () => {
  const events = [9000, 1000, 5000, 2000].map((dur) => event("a_nchwc_kernel_time", dur));
  const others = [
    { cat: "Session", name: "model_run_kernel_time", dur: 1 },
    event("a_fence_before", 5),
    event("b_kernel_time", "soon"),
    null,
    7,
  ];
  assert.deepEqual(operatorTimes(profile([...others, ...events]), 1), [{ name: "a_nchwc", operator: "Conv", ms: 1 }]);
});

test("a profile that is cut off, of another form or without times is refused in one line", () => {
  for (const [text, reason] of [
    ['[{"cat": "Node", "na', /is no JSON/],
    ['{"cat": "Node"}', /is no list/],
    ["[]", /holds no times/],
    [profile([event("a_kernel_time", 5)]), /holds no times/],
  ] as const) {
    assert.throws(() => operatorTimes(text, 1), reason);
  }
});

test("fused operators belong to their convolution, changes of layout to none", () => {
  const network = readNetwork(formulaStateDict(10), "formula").network;
  const owners = {
    relu_nchwc: "conv1",
    "layer1.0.relu1_nchwc": "layer1.0.conv1",
    "layer1.0.bn2_nchwc": "layer1.0.conv2",
    "layer1.0.relu2": "layer1.0.conv2",
    "layer2.0.downsample.1_nchwc": "layer2.0.downsample.0",
    maxpool_nchwc: "maxpool",
    "avgpool.pooled_nchwc": "avgpool",
    fc: "fc",
    ReorderOutput: undefined,
  };
  for (const [operator, owner] of Object.entries(owners)) assert.equal(ownerOf(network, operator)?.name, owner);
});

test("the engine's profile covers every layer of a network, and its file is gone afterwards", async () => {
  const folder = mkdtempSync(join(tmpdir(), "profile-test-"));
  const before = process.env.TMPDIR;
  process.env.TMPDIR = folder;
  after(() => {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
    rmSync(folder, { recursive: true });
  });
  const network = deepNetwork(6);
  const { operators, busy } = await profileOperators([network], formulaImages(2, 32), { threads: 1, runs: 2 });
  assert(busy >= 0 && busy <= 1);
  const [times] = operators;
  const owners = new Set(times.map(({ name }) => ownerOf(network, name)?.name));
  for (const { kind, name } of network.nodes) if (kind === "conv" || kind === "linear") assert(owners.has(name), name);
  assert(times.every(({ ms }) => ms >= 0) && times.some(({ ms }) => ms > 0));
  const left = readdirSync(folder).filter((name) => name.startsWith("low-rank-profile-"));
  assert.deepEqual(left, []);
});

test("networks that take turns keep their profiles apart, and every round is reported", async () => {
  const networks = Array.from(
    { length: 12 },
    (_, i): Network => ({ nodes: [{ kind: "relu", name: `relu ${i}`, input: imageInput }] }),
  );
  const rounds: number[][] = [];
  const onProgress = (...round: number[]) => rounds.push(round);
  const options = { threads: 1, warmUps: 2, runs: 1, onProgress };
  const { operators: profiles } = await profileOperators(networks, formulaImages(1, 8), options);
  assert.deepEqual(
    profiles.map((each) => each.map(({ name }) => name)),
    networks.map(({ nodes }) => [nodes[0].name]),
  );
  assert.deepEqual(rounds, [
    [1, 3],
    [2, 3],
    [3, 3],
  ]);
});
