import assert from "node:assert/strict";
import { usableCores } from "../../../lib/core/usableCores";
import { test } from "node:test";
import { currentSettings, settingVariables } from "../../../lib/core/settings";

test("without variables: the assets found, all threads, caches used", () => {
  const { weights, entry, images, threads, fresh, full, note } = currentSettings({});
  assert.deepEqual(
    [weights, entry, images, threads, fresh, full, note],
    [undefined, undefined, undefined, usableCores(), false, false, undefined],
  );
});

test("each variable sets one thing", () => {
  const variables = {
    weights: "w.pth",
    entry: "model",
    images: "folder",
    labels: "coarse",
    size: "32",
    mean: "0.5",
    std: "0.25",
    threads: "3",
    fresh: "1",
    full: "1",
    note: "layer4 retrained",
  } as const;
  const expected = { ...variables, threads: 3, fresh: true, full: true };
  const none = currentSettings({});
  for (const name of Object.keys(variables) as (keyof typeof variables)[]) {
    const settings = currentSettings({ [settingVariables[name]]: variables[name] });
    assert.deepEqual(settings, { ...none, [name]: expected[name] });
  }
});

test("an empty variable counts as none, and only 1 asks for fresh results", () => {
  const empty = Object.fromEntries(Object.values(settingVariables).map((name) => [name, ""]));
  assert.deepEqual(currentSettings(empty), currentSettings({}));
  for (const value of ["0", "true", "no"])
    assert.equal(currentSettings({ [settingVariables.fresh]: value }).fresh, false);
});

test("all variables are the project's", () => {
  assert.ok(Object.values(settingVariables).every((name) => name.startsWith("LOW_RANK_")));
});
