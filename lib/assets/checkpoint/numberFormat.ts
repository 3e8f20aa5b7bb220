/** How a file stores the numbers of a tensor, little-endian. */
export interface NumberFormat {
  bytesPerNumber: number;
  /** The same numbers as float32; a view of the bytes where nothing has to change. */
  toFloat32(bytes: Uint8Array): Float32Array;
}

export const float32: NumberFormat = {
  bytesPerNumber: 4,
  toFloat32: (bytes) => new Float32Array(...aligned(bytes, 4)),
};

/** IEEE 754 binary16; every half is exact in float32. */
export const float16: NumberFormat = {
  bytesPerNumber: 2,
  toFloat32: (bytes) => {
    const halves = new Uint16Array(...aligned(bytes, 2));
    const widened = new Float32Array(halves.length);
    const table = halfTable();
    for (let i = 0; i < halves.length; i++) widened[i] = table[halves[i]];
    return widened;
  },
};

/** The upper half of a float32. */
export const bfloat16: NumberFormat = {
  bytesPerNumber: 2,
  toFloat32: (bytes) => {
    const halves = new Uint16Array(...aligned(bytes, 2));
    const bits = new Uint32Array(halves.length);
    for (let i = 0; i < halves.length; i++) bits[i] = halves[i] << 16;
    return new Float32Array(bits.buffer);
  },
};

export const float64: NumberFormat = {
  bytesPerNumber: 8,
  toFloat32: (bytes) => Float32Array.from(new Float64Array(...aligned(bytes, 8))),
};

export const int64: NumberFormat = {
  bytesPerNumber: 8,
  toFloat32: (bytes) => Float32Array.from(new BigInt64Array(...aligned(bytes, 8)), Number),
};

/** Buffer, offset and length for a typed array over the bytes, which are copied if they lie askew. */
function aligned(bytes: Uint8Array, unit: number): [ArrayBufferLike, number, number] {
  const placed = bytes.byteOffset % unit === 0 ? bytes : Uint8Array.from(bytes);
  return [placed.buffer, placed.byteOffset, placed.byteLength / unit];
}

let halves: Float32Array | undefined;

/** The value of each of the 65536 halves. */
function halfTable(): Float32Array {
  halves ??= Float32Array.from({ length: 65536 }, (_, bits) => {
    const sign = bits & 0x8000 ? -1 : 1;
    const exponent = (bits >> 10) & 31;
    const fraction = (bits & 1023) / 1024;
    if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
    return sign * (exponent ? (1 + fraction) * 2 ** (exponent - 15) : fraction * 2 ** -14);
  });
  return halves;
}
