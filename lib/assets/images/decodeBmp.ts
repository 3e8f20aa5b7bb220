import type { Size } from "./resize";

/** An image as three planes of its size. */
export interface DecodedImage extends Size {
  planes: Uint8Array;
}

/** Of red, green and blue in the four bytes of a pixel. */
const usualMasks = [0xff0000, 0xff00, 0xff];

/**
 * Decodes a BMP with or without a palette, of 24 or 32 bits a pixel, as nearly all are (Microsoft's BITMAPINFOHEADER and later).
 * @throws Error if it is compressed or of another kind, has more pixels than that, or ends too early.
 */
export function decodeBmp(bytes: Buffer, mostPixels: number): DecodedImage {
  const [offset, header, width, rows] = [10, 14, 18, 22].map((at) => bytes.readInt32LE(at));
  const [bits, compression, height] = [bytes.readUInt16LE(28), bytes.readUInt32LE(30), Math.abs(rows)];
  const masked =
    compression === 3 && bits === 32 && usualMasks.every((mask, i) => bytes.readUInt32LE(54 + 4 * i) === mask);
  if (header < 40 || ![1, 4, 8, 24, 32].includes(bits) || !(compression === 0 || masked))
    throw new Error(`of a kind that is not read (${bits} bits a pixel, compression ${compression}): save it as PNG`);
  if (width * height > mostPixels) throw new Error("pixel limit");
  const rowBytes = 4 * Math.ceil((width * bits) / 32);
  if (!(width > 0 && height > 0 && offset + rowBytes * height <= bytes.length)) throw new Error("it ends too early");
  const planes = new Uint8Array(3 * width * height);
  for (let y = 0, pixel = 0; y < height; y++) {
    const row = offset + rowBytes * (rows > 0 ? height - 1 - y : y);
    for (let x = 0; x < width; x++, pixel++) {
      const index = (bytes[row + ((x * bits) >> 3)] >> (8 - bits - ((x * bits) & 7))) & (2 ** bits - 1);
      const blue = bits < 24 ? 14 + header + 4 * index : row + (x * bits) / 8;
      for (let plane = 0; plane < 3; plane++) planes[plane * width * height + pixel] = bytes[blue + 2 - plane];
    }
  }
  return { width, height, planes };
}
