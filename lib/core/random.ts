import { type RandomGenerator, unsafeSkipN, xoroshiro128plus } from "pure-rand";
import { type Tensor, tensor } from "./tensor";

/** Near seeds give near first numbers, the third included; after these none are. */
const warmUp = 20;

/** A seeded source of random numbers: the same seed gives the same sequence on every machine. */
export class Random {
  private readonly generator: RandomGenerator;
  private spareNormal: number | undefined;

  /** @param seed any integer; only its lowest 32 bits count. */
  constructor(seed: number) {
    this.generator = xoroshiro128plus(seed);
    unsafeSkipN(this.generator, warmUp);
  }

  /** Uniform in [low, high), 32 random bits. */
  uniform(low = 0, high = 1): number {
    return low + ((this.generator.unsafeNext() >>> 0) / 2 ** 32) * (high - low);
  }

  /** Uniform integer in [0, bound), bound ≤ 2³². */
  integer(bound: number): number {
    return Math.floor(this.uniform(0, bound));
  }

  /** Standard normal (Box and Muller 1958). */
  normal(): number {
    if (this.spareNormal !== undefined) {
      const spare = this.spareNormal;
      this.spareNormal = undefined;
      return spare;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    const angle = 2 * Math.PI * this.uniform();
    this.spareNormal = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  /** A random order of 0 … count−1 (Fisher and Yates). */
  permutation(count: number): Uint32Array {
    const order = Uint32Array.from({ length: count }, (_, i) => i);
    for (let i = count - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      [order[i], order[j]] = [order[j], order[i]];
    }
    return order;
  }
}

/** A tensor of standard normal numbers. @param seed or a source that others draw from too. */
export function normalTensor(shape: readonly number[], seed: number | Random): Tensor {
  const random = typeof seed === "number" ? new Random(seed) : seed;
  const result = tensor([...shape]);
  for (let i = 0; i < result.data.length; i++) result.data[i] = random.normal();
  return result;
}
