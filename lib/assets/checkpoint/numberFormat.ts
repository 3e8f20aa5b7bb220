/** How a file stores the numbers of a tensor, little-endian. */
export interface NumberFormat {
  bytesPerNumber: number;
  /** The same numbers as float32, rounded to the nearest; a view of the bytes where nothing has to change. */
  toFloat32(bytes: Uint8Array): Float32Array;
}

/** Buffer, offset and length for a typed array. */
type Place = [ArrayBufferLike, number, number];

/** By torch's names of the types. */
export const formats = new Map<string, NumberFormat>([
  ["float64", format(8, (...place) => new Float32Array(new Float64Array(...place)))],
  ["float32", format(4, (...place) => new Float32Array(...place))],
  ["float16", format(2, widenHalves)],
  ["bfloat16", format(2, widenUpperHalves)],
  ["int64", format(8, (...place) => Float32Array.from(new BigInt64Array(...place), Number))],
  ["int32", format(4, (...place) => new Float32Array(new Int32Array(...place)))],
  ["int16", format(2, (...place) => new Float32Array(new Int16Array(...place)))],
  ["int8", format(1, (...place) => new Float32Array(new Int8Array(...place)))],
  ["uint64", format(8, (...place) => Float32Array.from(new BigUint64Array(...place), Number))],
  ["uint32", format(4, (...place) => new Float32Array(new Uint32Array(...place)))],
  ["uint16", format(2, (...place) => new Float32Array(new Uint16Array(...place)))],
  ["uint8", format(1, (...place) => new Float32Array(new Uint8Array(...place)))],
  ["bool", format(1, (...place) => new Float32Array(new Uint8Array(...place)))],
]);

/** @param read what lies at a place that is a multiple of the bytes per number. */
function format(bytesPerNumber: number, read: (...place: Place) => Float32Array): NumberFormat {
  return {
    bytesPerNumber,
    toFloat32: (bytes) => {
      const { buffer, byteOffset, byteLength } =
        bytes.byteOffset % bytesPerNumber === 0 ? bytes : Uint8Array.from(bytes);
      return read(buffer, byteOffset, byteLength / bytesPerNumber);
    },
  };
}

/** The numbers of which a float32's upper half is stored. */
function widenUpperHalves(...place: Place): Float32Array {
  return new Float32Array(Uint32Array.from(new Uint16Array(...place), (half) => half << 16).buffer);
}

/** IEEE 754 binary16; every half is exact in float32. */
function widenHalves(...place: Place): Float32Array {
  const halves = new Uint16Array(...place);
  const widened = new Float32Array(halves.length);
  const table = halfTable();
  for (let i = 0; i < halves.length; i++) widened[i] = table[halves[i]];
  return widened;
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
