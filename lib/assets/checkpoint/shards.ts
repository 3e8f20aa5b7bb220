import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { FileError, printable } from "../../core/errors";
import { readBounded, sha256 } from "../../core/files";
import type { Contents } from "./entry";
import { torchShards } from "./otherKinds";
import { isSafetensors, readSafetensors } from "./safetensors";

const [longestIndex, mostBytes] = [2 ** 24, 2 ** 30];

/** Whether the bytes are an index of safetensors shards: a JSON object with a `weight_map`. */
export function isShardIndex(bytes: Buffer): boolean {
  return (
    bytes.length <= longestIndex && /^\s*\{/.test(bytes.toString("latin1", 0, 64)) && bytes.includes('"weight_map"')
  );
}

/**
 * Reads a state dict whose safetensors files lie beside their index, model.safetensors.index.json: its `weight_map` names the
 * file of each tensor.
 * @returns it, how many there are, and the sha256 of all parts' sums.
 * @throws FileError if the index names anything but files beside it, if one is missing or damaged or lacks a tensor, or if
 *   all of them are larger than 1 GiB.
 */
export async function readShards(file: string, bytes: Buffer): Promise<Contents & { sha256: string }> {
  const shardOf = shardsByTensor(file, bytes);
  const stateDict: Contents["stateDict"] = new Map();
  const sums = [sha256(bytes)];
  let total = 0;
  for (const shard of new Set(shardOf.values())) {
    const path = join(dirname(file), shard);
    if (!existsSync(path)) throw new FileError(file, `names ${printable(shard)}, which does not lie beside it`);
    const part = await readBounded(path, "shard of a checkpoint");
    if (!isSafetensors(part)) throw new FileError(path, "is no safetensors file, though an index names it as one");
    total += part.length;
    if (total > mostBytes) throw new FileError(file, "names files that are larger than 1 GiB together");
    sums.push(sha256(part));
    for (const [name, tensor] of readSafetensors(path, part))
      if (shardOf.get(name) === shard) stateDict.set(name, tensor);
  }
  for (const [name, shard] of shardOf)
    if (!stateDict.has(name))
      throw new FileError(file, `is damaged: ${printable(name)} is not in ${printable(shard)}, which it names`);
  return { stateDict, notes: [`${sums.length - 1} shards`], sha256: sha256(sums.join()) };
}

function shardsByTensor(file: string, bytes: Buffer): Map<string, string> {
  let map: unknown;
  try {
    map = JSON.parse(bytes.toString("utf8")).weight_map;
  } catch {
    throw new FileError(file, "is damaged: it is no JSON");
  }
  const entries = Object.entries(Object(map));
  if (entries.some(([, shard]) => /\.(bin|pth?)$/.test(String(shard)))) throw new FileError(file, torchShards);
  const foreign = entries.find(([, shard]) => typeof shard !== "string" || !/^[^/\\:\0]+\.safetensors$/.test(shard));
  if (foreign)
    throw new FileError(file, `refused: it places ${printable(foreign[0])} in what is no .safetensors file beside it`);
  return new Map(entries as [string, string][]);
}
