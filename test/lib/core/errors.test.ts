import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { FileError, firstFew, UserError } from "../../../lib/core/errors";

test("an error is one line, however it was written", () => {
  const error = new UserError("first\n   second\r\n\n third");
  assert.equal(error.message, "first second third");
  assert.ok(error instanceof Error);
});

test("an error prints as one line without a stack, also inside other values", () => {
  assert.equal(inspect(new UserError("choose\nanother")), "UserError: choose another");
  assert.equal(inspect(new FileError("a.bin", "is empty")), "FileError: a.bin: is empty");
  assert.doesNotMatch(inspect([new FileError("a.bin", "is empty")]), /at .*errors\.test/);
});

test("a file's error names file and reason, and is a user's error too", () => {
  const error = new FileError("weights.pth", "ends too early");
  assert.deepEqual([error.file, error.reason, error.name], ["weights.pth", "ends too early", "FileError"]);
  assert.ok(error instanceof UserError);
  assert.equal(new UserError("x").name, "UserError");
});

test("of a list the first few are shown, how many more there are, and nothing that a terminal obeys", () => {
  assert.equal(firstFew([]), "");
  assert.equal(firstFew(["a", "b", "c"]), "a, b, c");
  assert.equal(firstFew(["a", "b", "c", "d", "e"], "; ", 2), "a; b; and 3 more");
  assert.equal(firstFew(["a\n\u001b[2J", "گربه"]), "a??[2J, گربه");
  assert.ok(firstFew(["x".repeat(1000)]).length < 200);
});
