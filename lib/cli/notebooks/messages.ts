import { createHmac, timingSafeEqual } from "node:crypto";

/** A message of Jupyter's protocol (5.3), as far as this client needs it. */
export interface Message {
  type: string;
  /** Identifier of the request that it answers. */
  parentId: string | undefined;
  content: Record<string, unknown>;
}

const delimiter = "<IDS|MSG>";

/** A request as frames: delimiter, signature, header, parent header, metadata, content ("The wire protocol", Jupyter's messaging). */
export function encodeRequest(key: string, session: string, id: string, type: string, content: object): string[] {
  const header = { msg_id: id, msg_type: type, session, username: "", date: new Date().toISOString(), version: "5.3" };
  const parts = [JSON.stringify(header), "{}", "{}", JSON.stringify(content)];
  return [delimiter, sign(key, parts).toString("hex"), ...parts];
}

/** Reads the frames of a message; undefined if its signature is not the kernel's. */
export function decodeMessage(key: string, frames: Buffer[]): Message | undefined {
  const start = frames.findIndex((frame) => frame.toString() === delimiter);
  const [signature, ...parts] = frames.slice(start + 1);
  const expected = sign(key, parts);
  const received = Buffer.from(String(signature), "hex");
  if (start < 0 || received.length !== expected.length || !timingSafeEqual(received, expected)) return undefined;
  const [header, parent, , content] = parts.map((part) => JSON.parse(part.toString()));
  return { type: header.msg_type, parentId: parent.msg_id, content };
}

function sign(key: string, parts: (string | Buffer)[]): Buffer {
  const hash = createHmac("sha256", key);
  for (const part of parts) hash.update(part);
  return hash.digest();
}
