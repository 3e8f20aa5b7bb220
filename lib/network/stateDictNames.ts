import { firstFew, printable } from "../core/errors";
import type { StateDict } from "../core/tensor";

/** A rule that turns other names into torchvision's. */
type Rule = [RegExp, (...found: string[]) => string];

/** How somebody names a ResNet's tensors. */
interface Naming {
  whose?: string;
  /** One of them that no other naming has: what stands before it is a prefix of all. */
  sign: string;
  rules: readonly Rule[];
}

const next = (text: string) => Number(text) + 1;

const namings: readonly Naming[] = [
  // Many a ResNet for CIFAR-10 has `shortcut` in place of torchvision's `downsample`.
  { sign: "layer1.0.conv1.weight", rules: [[/\.shortcut\./, () => ".downsample."]] },
  {
    whose: "Hugging Face's",
    sign: "encoder.stages.0.layers.0.layer.0.convolution.weight",
    rules: [
      [/^embedder\.embedder\.convolution\./, () => "conv1."],
      [/^embedder\.embedder\.normalization\./, () => "bn1."],
      [/^encoder\.stages\.(\d+)\.layers\.(\d+)\./, (_, stage, block) => `layer${next(stage)}.${block}.`],
      [/\.layer\.(\d+)\.convolution\./, (_, conv) => `.conv${next(conv)}.`],
      [/\.layer\.(\d+)\.normalization\./, (_, conv) => `.bn${next(conv)}.`],
      [/\.shortcut\.convolution\./, () => ".downsample.0."],
      [/\.shortcut\.normalization\./, () => ".downsample.1."],
    ],
  },
  {
    // The children of torchvision's in a Sequential: conv1, bn1, relu, maxpool, layer1, …
    whose: "a Sequential's",
    sign: "4.0.conv1.weight",
    rules: [
      [/^0\./, () => "conv1."],
      [/^1\./, () => "bn1."],
      [/^([4-7])\.(?=\d)/, (_, child) => `layer${Number(child) - 3}.`],
    ],
  },
];

/** A linear layer in place of torchvision's `fc`, alone or in a Sequential. */
const headName = /^((?:(?:fc|linear|last_linear|classifier|head(?:\.fc)?)(?:\.\d+)?|\d+)\.)weight$/;

/** A state dict by torchvision's names. */
export interface NamedTensors {
  /** Those behind the network's prefix, and its head as `fc`. */
  tensors: StateDict;
  /** Names of those that stand beside it. */
  others: string[];
  /** What a reader has to know of the names, a few words each. */
  notes: string[];
}

/**
 * Finds a ResNet in a state dict and gives its tensors torchvision's names: the network may stand behind any prefix, such as
 * `module.` or `backbone.`, its head also outside of it, under other names. Names of no known kind stay as they are.
 * Of several networks that behind the shortest prefix is taken. Counters of batches are left out.
 */
export function namedAsTorchvision(stateDict: StateDict): NamedTensors {
  const names = [...stateDict.keys()].filter((name) => !name.endsWith("num_batches_tracked"));
  const found = namings.flatMap((each) => findings(names, each)).sort((a, b) => a.prefix.length - b.prefix.length);
  const { naming, prefix } = found[0] ?? { naming: namings[0], prefix: "" };
  const heads = headsOf(stateDict, prefix);
  const tensors: StateDict = new Map();
  const others: string[] = [];
  for (const name of names) {
    const head = heads.find((each) => name === `${each}weight` || name === `${each}bias`);
    if (head && heads.length > 1) continue;
    const own = head
      ? name.replace(head, "fc.")
      : name.startsWith(prefix)
        ? renamed(name.slice(prefix.length), naming)
        : "";
    if (own && !tensors.has(own)) tensors.set(own, stateDict.get(name)!);
    else others.push(name);
  }
  return {
    tensors,
    others,
    notes: [
      ...(prefix ? [`prefix ${printable(prefix)} taken off`] : []),
      ...(naming.whose ? [`${naming.whose} names`] : []),
      ...headNotes(heads, tensors),
    ],
  };
}

function findings(names: readonly string[], naming: Naming) {
  const found = names.filter((name) => name === naming.sign || name.endsWith(`.${naming.sign}`));
  return found.map((name) => ({ naming, prefix: name.slice(0, -naming.sign.length) }));
}

function renamed(name: string, { rules }: Naming): string {
  return rules.reduce((text, [from, to]) => text.replace(from, to), name);
}

/** Names, but for "weight", of linear layers where a head stands: behind the prefix, else behind what is left of it. */
function headsOf(stateDict: StateDict, prefix: string): string[] {
  const parts = prefix.split(".").slice(0, -1);
  for (let count = parts.length; count >= 0; count--) {
    const place = parts
      .slice(0, count)
      .map((part) => `${part}.`)
      .join("");
    const found = [...stateDict].flatMap(([name, { shape }]) => {
      const layer = name.startsWith(place) && shape.length === 2 && name.slice(place.length).match(headName)?.[1];
      return layer ? [place + layer] : [];
    });
    if (found.length > 0) return found;
  }
  return [];
}

function headNotes(heads: readonly string[], tensors: StateDict): string[] {
  const names = heads.map((each) => each.slice(0, -1));
  if (heads.length === 0) return [];
  if (heads.length > 1)
    return [
      `a head of ${heads.length} linear layers (${firstFew(names)}) is left out: what lies between them is not in the file`,
    ];
  return [
    ...(/(^|\.)fc$/.test(names[0]) ? [] : [`head ${printable(names[0])}`]),
    ...(tensors.has("fc.bias") ? [] : ["head without bias"]),
  ];
}
