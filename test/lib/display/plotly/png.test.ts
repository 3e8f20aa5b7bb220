import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { Resvg } from "@resvg/resvg-js";
import { encodePng } from "../../../../lib/display/plotly/png";
import { pythonWith } from "../../../../lib/cli/bench/pytorch";
import { uniform } from "../../../support/matrices";

/** Random levels, the extremes among them. */
function picture(width: number, height: number): Uint8Array {
  const rgb = Uint8Array.from(uniform(width * 1000 + height, 3 * width * height), (value) => (value + 1) * 128);
  rgb.set([0, 255, 128]);
  return rgb;
}

/** RGB of the picture as resvg draws it, a pixel for a pixel. */
function drawn(width: number, height: number, png: Buffer): number[] {
  const image = `<image width="${width}" height="${height}" image-rendering="optimizeSpeed" href="data:image/png;base64,${png.toString("base64")}"/>`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${image}</svg>`;
  return [...new Resvg(svg).render().pixels].filter((_, i) => i % 4 !== 3);
}

const sizes = [
  [1, 1],
  [7, 5],
  [33, 2],
  [64, 100],
];

test("resvg sees the pixels that went in", () => {
  for (const [width, height] of sizes) {
    const rgb = picture(width, height);
    assert.deepEqual(drawn(width, height, encodePng(width, height, rgb)), [...rgb]);
  }
});

const python = pythonWith("PIL");

test("Pillow reads the file whole, checksums included", { skip: !python && "no python3 with PIL" }, () => {
  const script =
    "import sys, io; from PIL import Image; i = Image.open(io.BytesIO(sys.stdin.buffer.read())); i.load(); sys.stdout.buffer.write(f'{i.mode} {i.size}\\n'.encode() + i.tobytes())";
  for (const [width, height] of sizes) {
    const rgb = picture(width, height);
    const { stdout, stderr } = spawnSync(python as string, ["-c", script], { input: encodePng(width, height, rgb) });
    assert.equal(String(stderr), "");
    assert.deepEqual(stdout, Buffer.concat([Buffer.from(`RGB (${width}, ${height})\n`), rgb]));
  }
});

test("it is a PNG file, smaller than its pixels where they repeat", () => {
  const png = encodePng(100, 100, new Uint8Array(30000).fill(200));
  assert.deepEqual([...png.subarray(0, 8)], [137, 80, 78, 71, 13, 10, 26, 10]);
  assert.ok(png.length < 1000);
});
