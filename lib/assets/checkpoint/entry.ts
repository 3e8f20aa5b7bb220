import { FileError, firstFew, printable } from "../../core/errors";
import type { StateDict } from "../../core/tensor";
import { PickledTensor, type Storage, toStateDict, type Value } from "./torchPickle";

/** What a reader finds in a file, and what is to be said of it: which entry was taken, what was ignored. */
export interface Contents {
  stateDict: StateDict;
  notes: string[];
}

/** A dictionary within what a file holds, the keys that lead to it, and those of its entries that are tensors. */
interface Place {
  dictionary: Map<Value, Value>;
  keys: string[];
  within?: Place;
  tensors: [string, PickledTensor][];
}

/** How many keys may lead to a state dict: `--entry trainer.model.weights`. */
const deepest = 3;
const longestKey = 200;

/** As many names as a line takes. */
const listed = (names: string[]) => firstFew(names, ", ", 8);

/**
 * Reads the state dict among what a file holds: its value itself or, beside counters, settings and an optimizer's state, a dictionary
 * within it. One counts as a state dict if a dotted name in it is that of a tensor with four axes, a convolution's weight; where
 * there is none such, if it holds nothing but tensors.
 * @param entry the dictionary that is meant, the keys that lead to it joined by dots; where it is left out, there must be only one.
 * @param bytesOf the bytes of a storage, exactly as many as it claims.
 * @throws FileError if there is none, if several could be meant, if none has the name, or as toStateDict does.
 */
export function readStateDict(
  file: string,
  value: Value,
  entry: string | undefined,
  bytesOf: (storage: Storage) => Uint8Array,
): Contents {
  const places = placesIn(value);
  const convolutional = places.filter(holdsConvolution);
  const likely = convolutional.length > 0 ? convolutional : places.filter(holdsOnlyTensors);
  const meant = (place: Place) => place.within && nameOf(place) === entry && place.tensors.length > 0;
  const found = entry === undefined ? likely : places.filter(meant);
  if (found.length !== 1) throw new FileError(file, problemWith(found, likely, places, entry));
  const [place] = found;
  const ignored = ignoredBeside(place);
  const notes = [
    ...(place.within ? [`entry "${printable(nameOf(place))}"`] : []),
    ...(ignored.length > 0 ? [`ignored: ${listed(ignored)}`] : []),
  ];
  return { stateDict: toStateDict(file, new Map(place.tensors), bytesOf), notes };
}

/** The value if it is a dictionary, and those under its text keys, the nearest first; each once, however many keys lead to it. */
function placesIn(value: Value): Place[] {
  const places = new Map<Value, Place>();
  const add = (dictionary: Value, keys: string[], within?: Place) => {
    if (!(dictionary instanceof Map) || places.has(dictionary)) return;
    places.set(dictionary, { dictionary, keys, within, tensors: [...dictionary].filter(isNamedTensor) });
  };
  add(value, []);
  for (const place of places.values())
    if (place.keys.length < deepest && !holdsConvolution(place))
      for (const [key, inner] of place.dictionary)
        if (typeof key === "string" && key.length <= longestKey) add(inner, [...place.keys, key], place);
  return [...places.values()];
}

function isNamedTensor(item: [Value, Value]): item is [string, PickledTensor] {
  return typeof item[0] === "string" && item[1] instanceof PickledTensor;
}

function holdsConvolution({ tensors }: Place): boolean {
  return tensors.some(([name, { shape }]) => name.includes(".") && shape.length === 4);
}

function holdsOnlyTensors({ dictionary, tensors }: Place): boolean {
  return tensors.length > 0 && tensors.length === dictionary.size;
}

function problemWith(found: Place[], likely: Place[], places: Place[], entry?: string): string {
  const names = listed(likely.map((place) => `"${nameOf(place)}"`));
  if (found.length > 1)
    return `holds several state dicts, ${names}: choose one by --entry ${printable(nameOf(found[0]))}`;
  if (entry !== undefined)
    return `has no entry "${printable(entry)}": ${likely.some(({ within }) => within) ? `it has ${names}` : "leave --entry out"}`;
  const keys = places.flatMap((place) => (place.within ? [] : textKeys(place)));
  return `holds no state dict, as torch.save(model.state_dict(), file) writes one: it holds ${listed(keys) || "nothing of the kind"}`;
}

function nameOf({ keys }: Place): string {
  return keys.join(".");
}

/** What in the place is no tensor, and what lies beside it and beside the dictionaries that it is in. */
function ignoredBeside(place: Place): string[] {
  let ignored = textKeys(place, (value) => !(value instanceof PickledTensor));
  for (let at = place; at.within; at = at.within) {
    const { dictionary } = at;
    ignored = ignored.concat(textKeys(at.within, (value) => value !== dictionary));
  }
  return ignored;
}

function textKeys({ dictionary }: Place, which = (_: Value) => true): string[] {
  return [...dictionary].flatMap(([key, value]) => (typeof key === "string" && which(value) ? [key] : []));
}
