/** Pillow's fixed-point weights have 32 − 8 − 2 fractional bits (libImaging/Resample.c). */
const precisionBits = 22;
const half = 1 << (precisionBits - 1);

/** Width and height in pixels. */
export interface Size {
  width: number;
  height: number;
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
 * @param out as many planes of to.width × to.height numbers.
 */
export function resizeThrough(planes: Uint8Array, from: Size, to: Size, tables: Table[], out: Table): void {
  if (from.width === to.width && from.height === to.height) {
    const size = from.width * from.height;
    for (let i = 0; i < planes.length; i++) out[i] = tables[Math.floor(i / size)][planes[i]];
    return;
  }
  const rows = resizeRows(planes, tapsOf(from.width, to.width), from.width, to.width);
  const taps = tapsOf(from.height, to.height);
  for (let plane = 0; plane < tables.length; plane++) {
    for (let y = 0; y < to.height; y++) {
      const source = (plane * from.height + taps.first[y]) * to.width;
      const target = (plane * to.height + y) * to.width;
      mixRows(rows, source, to.width, taps.weights[y], tables[plane], out, target);
    }
  }
}

const knownTaps = new Map<string, Taps>();

function tapsOf(from: number, to: number): Taps {
  const key = `${from} ${to}`;
  const taps = knownTaps.get(key) ?? computeTaps(from, to);
  knownTaps.set(key, taps);
  return taps;
}

/** Pillow's precompute_coeffs and normalize_coeffs_8bpc for the triangle filter of support 1. */
function computeTaps(from: number, to: number): Taps {
  const taps: Taps = { first: new Int32Array(to), weights: [] };
  const scale = from / to;
  const support = Math.max(1, scale);
  for (let i = 0; i < to; i++) {
    const centre = (i + 0.5) * scale;
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

function resizeRows(planes: Uint8Array, taps: Taps, from: number, to: number): Uint8Array {
  const rows = planes.length / from;
  const resized = new Uint8Array(rows * to);
  for (let x = 0; x < to; x++) {
    const weights = taps.weights[x];
    for (let row = 0, source = taps.first[x], target = x; row < rows; row++, source += from, target += to) {
      let sum = half;
      for (let tap = 0; tap < weights.length; tap++) sum += Math.imul(planes[source + tap], weights[tap]);
      resized[target] = sum >> precisionBits;
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
