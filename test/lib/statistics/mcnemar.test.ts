import { test } from "node:test";
import { mcnemar } from "../../../lib/statistics/mcnemar";
import recorded from "../../fixtures/statistics.json";
import { assertNear } from "../../support/close";

for (const { onlyFirst, onlySecond, exact, midP } of recorded.mcnemar) {
  test(`${onlyFirst} against ${onlySecond} discordant images, as SciPy's binomial`, () => {
    const computed = mcnemar(onlyFirst, onlySecond);
    assertNear(computed.exact, exact, 1e-11);
    assertNear(computed.midP, midP, 1e-11);
  });
}
