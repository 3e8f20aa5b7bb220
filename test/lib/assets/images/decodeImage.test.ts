import assert from "node:assert/strict";
import { test } from "node:test";
import { crc32 } from "node:zlib";
import { decodeImage } from "../../../../lib/assets/images/decodeImage";
import { resizeAndCrop } from "../../../../lib/assets/images/resize";
import { FileError } from "../../../../lib/core/errors";
import { cutShort, images } from "../../../fixtures/images/images";

/** Of JPEG and lossy WebP, whose decoders may round otherwise: levels of 255. */
const tolerance = 2;
const side = 12;

for (const [name, { file, prepared }] of images) {
  test(`${name}: torchvision's bytes${/jpg|lossy/.test(name) ? ", nearly" : ""}`, async () => {
    const image = await decodeImage(name, file);
    assert.equal(image.planes.length, 3 * image.width * image.height);
    const planes = resizeAndCrop(image.planes, image, side);
    const furthest = planes.reduce((most, byte, i) => Math.max(most, Math.abs(byte - prepared[i])), 0);
    assert.ok(furthest <= (/jpg|lossy/.test(name) ? tolerance : 0), `${furthest} levels off`);
  });
}

for (const name of ["large.png", "baseline.jpg", "progressive.jpg", "lossy.webp", "colours.bmp"])
  test(`${name}, cut short, is named as broken, in one line`, async () => {
    await assert.rejects(
      decodeImage(`/photos/${name}`, cutShort(name)),
      (error) =>
        error instanceof FileError && /^\/photos\/\S+: is a broken (PNG|JPEG|WebP|BMP), [^\n]+$/.test(error.message),
    );
  });

test("a BMP of a kind that is not read is named, with what to do", async () => {
  const { file } = images.get("palette.bmp")!;
  const compressed = Buffer.from(file);
  compressed.writeUInt32LE(1, 30);
  await assert.rejects(decodeImage("rle.bmp", compressed), /^FileError: rle\.bmp: .*8 bits a pixel.*save it as PNG/);
});

test("what is no image by its first bytes is refused whatever its name says", async () => {
  for (const content of ["", "GIF89a", "<svg xmlns='http://www.w3.org/2000/svg'/>", "RIFF1234WAVE", "BX"])
    await assert.rejects(decodeImage("a.png", Buffer.from(content)), /a\.png: is no PNG, JPEG, WebP or BMP/);
});

test("images of more pixels than memory is kept for are refused before they are decoded", async () => {
  const png = Buffer.from(images.get("wide.png")!.file);
  png.writeUInt32BE(60_000, 16);
  png.writeUInt32BE(60_000, 20);
  png.writeUInt32BE(crc32(png.subarray(12, 29)), 29);
  await assert.rejects(decodeImage("bomb.png", png), /bomb\.png: is larger than 67108864 pixels/);
  const bmp = Buffer.from(images.get("colours.bmp")!.file);
  bmp.writeInt32LE(60_000, 18);
  bmp.writeInt32LE(-60_000, 22);
  await assert.rejects(decodeImage("bomb.bmp", bmp), /bomb\.bmp: is larger than 67108864 pixels/);
});
