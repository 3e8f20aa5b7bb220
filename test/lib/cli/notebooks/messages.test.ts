import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import { decodeMessage, encodeRequest } from "../../../../lib/cli/notebooks/messages";

const frames = () =>
  encodeRequest("secret", "session", "id-1", "execute_request", { code: "1" }).map((text) => Buffer.from(text));

test("a request is signed over header, parent, metadata and content, as the protocol says", () => {
  const [delimiter, signature, ...parts] = encodeRequest("secret", "session", "id-1", "execute_request", { code: "1" });
  assert.equal(delimiter, "<IDS|MSG>");
  assert.equal(signature, createHmac("sha256", "secret").update(parts.join("")).digest("hex"));
  assert.equal(JSON.parse(parts[0]).msg_id, "id-1");
  assert.deepEqual(JSON.parse(parts[3]), { code: "1" });
});

test("a signed message is read, whatever routing frames stand before it", () => {
  const message = decodeMessage("secret", [Buffer.from("topic"), ...frames()]);
  assert.deepEqual(message, { type: "execute_request", parentId: undefined, content: { code: "1" } });
});

test("a message with another key, a changed content or no frames is not believed", () => {
  assert.equal(decodeMessage("other", frames()), undefined);
  const changed = frames();
  changed[5] = Buffer.from(`{"code":"2"}`);
  assert.equal(decodeMessage("secret", changed), undefined);
  assert.equal(decodeMessage("secret", []), undefined);
  assert.equal(decodeMessage("secret", frames().slice(0, 1)), undefined);
});
