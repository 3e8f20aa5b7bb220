import assert from "node:assert/strict";
import { test } from "node:test";
import { inPersian, persianDigits } from "../../../lib/display/persian";

test("digits become Persian, the rest stays", () => {
  assert.equal(persianDigits("2-1, k = 9035"), "۲-۱, k = ۹۰۳۵");
});

test("numbers take Persian signs, words between them are translated, formulas stand by themselves", () => {
  assert.equal(inPersian("51.56 % (48.02 to 54.90)"), "۵۱٫۵۶٪ (۴۸٫۰۲ تا ۵۴٫۹۰)");
  assert.equal(inPersian("0.995 × and 1.000 ×"), "۰٫۹۹۵ × و ۱٫۰۰۰ ×");
  assert.equal(inPersian("2.58 × as fast, -0.05 points lost"), "۲٫۵۸ برابر تندتر، \u2066-۰٫۰۵\u2069 واحد افت");
  assert.equal(inPersian("k = 5: 47.72 → 57.82 of 60 %"), "\u2066k = ۵\u2069: ۴۷٫۷۲ ← ۵۷٫۸۲ از ۶۰٪");
  assert.equal(inPersian("not computed"), "محاسبه نشد");
});

test("a text with a word that is not known stays as it is", () => {
  assert.equal(inPersian("41/512 = all of cat"), undefined);
  assert.equal(inPersian("output split: 3×3 to r"), undefined);
});
