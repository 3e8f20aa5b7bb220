import assert from "node:assert/strict";
import { test } from "node:test";
import {
  isReports,
  preprocessingFor,
  preprocessingFrom,
  preprocessingText,
  reportPreprocessing,
} from "../../../../lib/assets/images/preprocessing";
import { UserError } from "../../../../lib/core/errors";

test("nothing told, it is the report's; a name stands for mean and standard deviation", () => {
  assert.deepEqual(preprocessingFrom({}), reportPreprocessing);
  assert.deepEqual(preprocessingFrom({ mean: "imagenet" }), reportPreprocessing);
  const cifar = { size: 32, mean: [0.4914, 0.4822, 0.4465], deviation: [0.247, 0.2435, 0.2616] };
  assert.deepEqual(preprocessingFrom({ size: "32", mean: "cifar" }), cifar);
});

test("three numbers each, or one for a grey network", () => {
  assert.deepEqual(preprocessingFrom({ mean: "0.5, 0.4,.3", std: "1,0.5,0.25" }), {
    size: 128,
    mean: [0.5, 0.4, 0.3],
    deviation: [1, 0.5, 0.25],
  });
  assert.deepEqual(preprocessingFrom({ size: "28", mean: "0.1307", std: "0.3081" }), {
    size: 28,
    mean: [0.1307],
    deviation: [0.3081],
  });
});

test("what cannot be meant is refused by its option's name", () => {
  for (const [given, option] of [
    [{ size: "0" }, "--size"],
    [{ size: "12.5" }, "--size"],
    [{ size: "big" }, "--size"],
    [{ size: "4096" }, "--size"],
    [{ mean: "0.5,0.5,0.5" }, "--std"],
    [{ std: "0.5,0.5,0.5" }, "--mean"],
    [{ mean: "cifar", std: "1,1,1" }, "--mean"],
    [{ mean: "cifra" }, "--mean"],
    [{ mean: "constructor" }, "--mean"],
    [{ mean: "123.7,116.3,103.5", std: "1,1,1" }, "--mean"],
    [{ mean: "0.5,0.5", std: "1,1" }, "--mean"],
    [{ mean: "0.5,,0.5", std: "1,1,1" }, "--mean"],
    [{ mean: "0.5", std: "1,1,1" }, "--mean"],
    [{ mean: "0.5,0.5,0.5", std: "1,0,1" }, "--std"],
  ] as const)
    assert.throws(
      () => preprocessingFrom(given),
      (error) => error instanceof UserError && error.message.includes(option) && !error.message.includes("\n"),
      JSON.stringify(given),
    );
});

test("a network of one channel gets averages of three numbers, one of three gets one number three times", () => {
  const grey = preprocessingFor(1, reportPreprocessing);
  assert.deepEqual(grey, { size: 128, mean: [0.449], deviation: [0.226] });
  assert.deepEqual(preprocessingFor(3, grey).mean, [0.449, 0.449, 0.449]);
  assert.deepEqual(preprocessingFor(3, reportPreprocessing), reportPreprocessing);
  assert.throws(() => preprocessingFor(4, reportPreprocessing), /^UserError: the network takes images of 4 channels/);
});

test("the words hold all the numbers; only the report's preprocessing counts as such", () => {
  const own = preprocessingFrom({ size: "28", mean: "0.1307", std: "0.3081" });
  for (const part of ["28 × 28", "grey", "0.1307", "0.3081"]) assert.ok(preprocessingText(own).includes(part), part);
  assert.ok(isReports(preprocessingFrom({ size: "128", mean: "0.485,0.456,0.406", std: "0.229,0.224,0.225" })));
  for (const other of [own, preprocessingFrom({ mean: "cifar" }), preprocessingFrom({ size: "224" })])
    assert.ok(!isReports(other));
});
