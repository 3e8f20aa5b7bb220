/** Pillow's fixed-point weights have 32 − 8 − 2 fractional bits (libImaging/Resample.c). */
const precisionBits = 22;
const half = 1 << (precisionBits - 1);

/** Width and height in pixels. */
export interface Size {
  width: number;
  height: number;
}

/** A part of an image, in pixels from its upper left corner. */
interface Part extends Size {
  left: number;
  top: number;
}

/** For each output pixel: the first input pixel it sees, and the weights from there on, in fixed point. */
interface Taps {
  first: Int32Array;
  weights: Int32Array[];
}

/** What each byte becomes when it is written. */
type Table = Uint8Array | Float32Array;

/**
 * Resizes an image bilinearly, byte for byte as Pillow 9's `Image.resize(size, BILINEAR)` does: a triangle filter that
 * widens when shrinking, first along rows, then along columns, in fixed point and rounded to bytes after each.
 * @param planes of from.width × from.height bytes, one a table.
 * @param tables of 256 entries: what becomes of each byte as it is written, which saves a pass over the image.
 * @param out as many planes of part.width × part.height numbers.
 * @param part of the resized image that is wanted: what is cut away is not computed.
 */
export function resizeThrough(
  planes: Uint8Array,
  from: Size,
  to: Size,
  tables: Table[],
  out: Table,
  part: Part = { left: 0, top: 0, ...to },
): void {
  const taps = tapsOf(from.height, to.height, part.top, part.height);
  const last = part.height - 1;
  const [first, end] = [taps.first[0], taps.first[last] + taps.weights[last].length];
  const rows = resizeRows(planes, from, tapsOf(from.width, to.width, part.left, part.width), { first, end });
  for (let plane = 0; plane < tables.length; plane++) {
    for (let y = 0; y < part.height; y++) {
      const source = (plane * (end - first) + taps.first[y] - first) * part.width;
      const target = (plane * part.height + y) * part.width;
      mixRows(rows, source, part.width, taps.weights[y], tables[plane], out, target);
    }
  }
}

const unchanged = new Array(3).fill(Uint8Array.from({ length: 256 }, (_, byte) => byte));

/**
 * torchvision's Resize(side), which brings the shorter side there, and CenterCrop(side), of a Pillow image.
 * @param planes three, of size.width × size.height bytes.
 * @returns three planes of side × side bytes.
 */
export function resizeAndCrop(planes: Uint8Array, size: Size, side: number): Uint8Array {
  const shorter = Math.min(size.width, size.height);
  const [width, height] = [size.width, size.height].map((length) => Math.trunc((side * length) / shorter));
  const [left, top] = [width, height].map((length) => halfToEven(length - side));
  const out = new Uint8Array(3 * side * side);
  resizeThrough(planes, size, { width, height }, unchanged, out, { left, top, width: side, height: side });
  return out;
}

/** Half of a whole number, rounded as Python does. */
function halfToEven(twice: number): number {
  const half = Math.floor(twice / 2);
  return half + (twice % 2 === 1 && half % 2 === 1 ? 1 : 0);
}

/** Of the sizes met last: images of a folder may have any. */
const knownTaps = new Map<string, Taps>();
const mostTaps = 64;

function tapsOf(from: number, to: number, begin: number, count: number): Taps {
  const key = `${from} ${to} ${begin} ${count}`;
  const taps = knownTaps.get(key) ?? computeTaps(from, to, begin, count);
  if (knownTaps.size >= mostTaps) knownTaps.clear();
  knownTaps.set(key, taps);
  return taps;
}

/** Pillow's precompute_coeffs and normalize_coeffs_8bpc for the triangle filter of support 1, of so many output pixels. */
function computeTaps(from: number, to: number, begin: number, count: number): Taps {
  const taps: Taps = { first: new Int32Array(count), weights: [] };
  const scale = from / to;
  const support = Math.max(1, scale);
  for (let i = 0; i < count; i++) {
    const centre = (begin + i + 0.5) * scale;
    const first = Math.max(0, Math.trunc(centre - support + 0.5));
    const end = Math.min(from, Math.trunc(centre + support + 0.5));
    const triangle = Array.from({ length: end - first }, (_, x) =>
      Math.max(0, 1 - Math.abs((x + first - centre + 0.5) * (1 / support))),
    );
    const sum = triangle.reduce((total, weight) => total + weight, 0);
    taps.first[i] = first;
    taps.weights.push(Int32Array.from(triangle, (weight) => Math.trunc(0.5 + (weight / sum) * 2 ** precisionBits)));
  }
  return taps;
}

/** Rows first … end−1 of each plane, with a column for each of the taps. */
function resizeRows(
  planes: Uint8Array,
  from: Size,
  taps: Taps,
  { first, end }: { first: number; end: number },
): Uint8Array {
  const [rows, plane, width] = [end - first, from.width * from.height, taps.first.length];
  const resized = new Uint8Array((planes.length / plane) * rows * width);
  for (let x = 0; x < width; x++) {
    const weights = taps.weights[x];
    for (let begin = 0, target = x; begin < planes.length; begin += plane) {
      let source = begin + first * from.width + taps.first[x];
      for (let row = 0; row < rows; row++, source += from.width, target += width) {
        let sum = half;
        for (let tap = 0; tap < weights.length; tap++) sum += Math.imul(planes[source + tap], weights[tap]);
        resized[target] = sum >> precisionBits;
      }
    }
  }
  return resized;
}

/** Writes the weighted sum of the rows from `source` on; one or two rows, as in any enlargement, in a faster loop. */
function mixRows(
  rows: Uint8Array,
  source: number,
  width: number,
  weights: Int32Array,
  table: Table,
  out: Table,
  target: number,
): void {
  if (weights.length <= 2) {
    const [first, second = 0] = weights;
    const next = source + (weights.length - 1) * width;
    for (let x = 0; x < width; x++) {
      const sum = half + Math.imul(rows[source + x], first) + Math.imul(rows[next + x], second);
      out[target + x] = table[sum >> precisionBits];
    }
    return;
  }
  for (let x = 0; x < width; x++) {
    let sum = half;
    for (let tap = 0; tap < weights.length; tap++) sum += Math.imul(rows[source + tap * width + x], weights[tap]);
    out[target + x] = table[sum >> precisionBits];
  }
}
