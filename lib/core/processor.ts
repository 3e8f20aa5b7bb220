import { readIfThere } from "./files";

/** Instructions that add products of bytes in 32 bits, by Linux's names, and what they are called. */
const dotProducts = {
  amx_int8: "AMX",
  avx512_vnni: "AVX-512 VNNI",
  avx_vnni: "AVX VNNI",
  i8mm: "ARM's i8mm",
  asimddp: "ARM's dot product",
};

/** What a processor offers for the arithmetic of int8. */
export interface Int8Support {
  /** The name of its instructions for sums of products of bytes; undefined if it has none, or nothing tells. */
  instructions?: string;
  /** The largest whole number that a weight may be. */
  mostWeight: 127 | 64;
}

/**
 * What this processor offers, from /proc/cpuinfo. Without such instructions x86 adds two products of bytes in 16 bits, which
 * saturate: 2 · 255 · 127 is over 32,767, and 2 · 255 · 64 is not. So weights keep to 7 bits there.
 */
export function int8Support(
  read = readIfThere,
  { arch, platform }: Pick<NodeJS.Process, "arch" | "platform"> = process,
): Int8Support {
  // Every processor that macOS runs on by ARM has it, and there is no such file.
  if (platform === "darwin" && arch === "arm64") return { instructions: dotProducts.asimddp, mostWeight: 127 };
  const [, flags = ""] = read("/proc/cpuinfo")?.match(/^(?:flags|Features)\s*:(.*)$/m) ?? [];
  const found = Object.entries(dotProducts).find(([flag]) => flags.split(/\s+/).includes(flag));
  if (found) return { instructions: found[1], mostWeight: 127 };
  return { mostWeight: arch === "x64" ? 64 : 127 };
}

/** What a processor offers, in a line. */
export function int8Line({ instructions, mostWeight }: Int8Support): string {
  if (instructions) return `This processor has instructions for int8: ${instructions}.`;
  const weights = mostWeight === 127 ? "" : " and weights keep to 7 bits";
  return `No instructions for int8 (VNNI) are known of this processor: int8 may be slower than fp32${weights}.`;
}
