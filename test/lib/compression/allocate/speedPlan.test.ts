import assert from "node:assert/strict";
import { test } from "node:test";
import { UserError } from "../../../../lib/core/errors";
import { searchPlan } from "../../../../lib/compression/allocate/speedPlan";

/** A machine on which a plan reaches this share of what the latency table promises; losses grow with the aim. */
function machine(share: (aim: number) => number) {
  const aims: number[] = [];
  const planAt = async (aim: number) => {
    aims.push(aim);
    return { speedup: aim * share(aim), loss: aim - 1 };
  };
  return { aims, planAt };
}

for (const share of [0.8, 0.95, 1, 1.02, 1.1, 1.3])
  test(`a table that promises ${(1 / share).toFixed(2)} × what the clock says is corrected`, async () => {
    const { planAt } = machine(() => share);
    const plan = await searchPlan(2, planAt);
    assert.ok(plan && plan.speedup >= 2.02 && plan.speedup <= 2.06, String(plan?.speedup));
  });

test("a plan within the margin ends the search", async () => {
  const { aims, planAt } = machine(() => 1.02);
  await searchPlan(1.5, planAt);
  assert.deepEqual(aims, [1.5]);
});

test("the aim changes by a few hundredths at most, even after a reading ten times too slow", async () => {
  const { aims, planAt } = machine((aim) => (aim === 2 ? 0.1 : 1));
  await searchPlan(2, planAt);
  assert.ok(aims[1] / aims[0] < 1.08, String(aims));
});

test("where ranks are coarse, of the plans that are fast enough the one that loses least counts", async () => {
  const { planAt } = machine((aim) => (aim < 1.95 ? 1.9 / aim : 2.2 / aim));
  assert.equal((await searchPlan(2, planAt))?.speedup, 2.2);
});

test("a plan that just reaches the speed-up counts where none does better, one that does not never", async () => {
  const { planAt } = machine((aim) => Math.min(2.005 / aim, 1));
  assert.equal((await searchPlan(2, planAt))?.speedup.toFixed(3), "2.005");
  assert.equal(await searchPlan(2, machine((aim) => 1.99 / aim).planAt), undefined);
});

test("what is out of reach is said, unless a plan reached the speed-up before", async () => {
  const upTo = (most: number) => async (aim: number) => {
    if (aim > most) throw new UserError("out of reach");
    return { speedup: aim, loss: aim };
  };
  await assert.rejects(searchPlan(2, upTo(1.9)), /out of reach/);
  assert.equal((await searchPlan(2, upTo(2)))?.speedup, 2);
});
