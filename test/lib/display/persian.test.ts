import assert from "node:assert/strict";
import { test } from "node:test";
import { persianDigits } from "../../../lib/display/persian";

test("digits become Persian, the rest stays", () => {
  assert.equal(persianDigits("2-1, k = 9035"), "۲-۱, k = ۹۰۳۵");
});
