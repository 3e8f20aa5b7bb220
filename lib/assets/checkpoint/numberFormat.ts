/** How a file stores the numbers of a tensor, little-endian. */
export interface NumberFormat {
  bytesPerNumber: number;
  /** The same numbers as float32; a view of the bytes where nothing has to change. */
  toFloat32(bytes: Uint8Array): Float32Array;
}

const float32: NumberFormat = {
  bytesPerNumber: 4,
  toFloat32: (bytes) => new Float32Array(...aligned(bytes, 4)),
};

/** IEEE 754 binary16; every half is exact in float32. */
const float16: NumberFormat = {
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
const bfloat16: NumberFormat = {
  bytesPerNumber: 2,
  toFloat32: (bytes) => {
    const halves = new Uint16Array(...aligned(bytes, 2));
    const bits = new Uint32Array(halves.length);
    for (let i = 0; i < halves.length; i++) bits[i] = halves[i] << 16;
    return new Float32Array(bits.buffer);
  },
};

/** By torch's names of the types. */
export const formats = new Map<string, NumberFormat>([
  ["float64", rounded(Float64Array)],
  ["float32", float32],
  ["float16", float16],
  ["bfloat16", bfloat16],
  ["int64", rounded(BigInt64Array)],
  ["int32", rounded(Int32Array)],
  ["int16", rounded(Int16Array)],
  ["int8", rounded(Int8Array)],
  ["uint64", rounded(BigUint64Array)],
  ["uint32", rounded(Uint32Array)],
  ["uint16", rounded(Uint16Array)],
  ["uint8", rounded(Uint8Array)],
  ["bool", rounded(Uint8Array)],
]);

interface NumbersConstructor {
  BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, offset: number, length: number): ArrayLike<number> | BigInt64Array | BigUint64Array;
}

/** Numbers of another kind, each rounded to the nearest float32. */
function rounded(Numbers: NumbersConstructor): NumberFormat {
  const bytesPerNumber = Numbers.BYTES_PER_ELEMENT;
  return {
    bytesPerNumber,
    toFloat32: (bytes) => {
      const numbers = new Numbers(...aligned(bytes, bytesPerNumber));
      const wide = numbers instanceof BigInt64Array || numbers instanceof BigUint64Array;
      return wide ? Float32Array.from(numbers, Number) : new Float32Array(numbers);
    },
  };
}

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
