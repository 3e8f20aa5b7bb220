import assert from "node:assert/strict";
import { test } from "node:test";
import { engines } from "../../../package.json";
import { requireTestedNode } from "../../../lib/cli/nodeVersion";
import { UserError } from "../../../lib/core/errors";

test("tested versions of Node.js go through", () => {
  for (const version of ["20.15.0", "20.20.2", "22.2.0", "22.22.0", "24.0.0", "24.21.0", process.versions.node])
    requireTestedNode(version);
});

test("others are refused in one line that names those that do, as package.json does", () => {
  for (const version of ["18.20.0", "20.14.0", "21.7.3", "22.0.0", "22.1.0", "23.11.0", "25.0.0"])
    assert.throws(
      () => requireTestedNode(version),
      new UserError(`Node.js ${version} is not supported: install 20 (from 20.15), 22 (from 22.2) or 24`),
    );
  assert.equal(engines.node, "20.15 - 20 || 22.2 - 22 || 24");
});
