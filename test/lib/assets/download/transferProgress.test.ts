import assert from "node:assert/strict";
import { test } from "node:test";
import { TransferProgress } from "../../../../lib/assets/download/transferProgress";

/** A stream that keeps what is written. */
function recorder(isTTY: boolean) {
  const written: string[] = [];
  const out = { isTTY, write: (text: string) => written.push(text) } as unknown as NodeJS.WriteStream;
  return { out, written };
}

test("in a log, a line for every tenth: bar, share, bytes, rate, remaining time", async () => {
  const { out, written } = recorder(false);
  const progress = new TransferProgress("file.bin", 50e6, 10e6, out);
  await new Promise((resolve) => setTimeout(resolve, 50));
  for (let done = 10e6; done <= 50e6; done += 1e6) progress.update(done);
  progress.end();
  assert.equal(written.length, 9);
  assert.match(written[4], /^file\.bin █{14}░{10} 60 %, 30\.0 of 50\.0 MB, \d+\.\d MB\/s, 1 s left\n$/);
});

test("in a terminal, one line that is rewritten", () => {
  const { out, written } = recorder(true);
  const progress = new TransferProgress("file.bin", 100, 0, out);
  for (let done = 0; done <= 100; done++) progress.update(done);
  progress.end();
  assert.ok(written.length < 6, `${written.length} writes`);
  assert.ok(written.slice(0, -1).every((text) => text.startsWith("\r\u001b[K") && !text.includes("\n")));
  assert.match(written.join(""), /100 %, 0\.0 of 0\.0 MB.*\n$/);
});

test("a resumed transfer's rate counts only what has come since", async () => {
  const { out, written } = recorder(false);
  const progress = new TransferProgress("file.bin", 1000e6, 900e6, out);
  await new Promise((resolve) => setTimeout(resolve, 100));
  progress.update(901e6);
  const rate = Number(/([\d.]+) MB\/s/.exec(written[0])?.[1]);
  assert.ok(rate > 0 && rate <= 10.1, `${rate} MB/s`);
});
