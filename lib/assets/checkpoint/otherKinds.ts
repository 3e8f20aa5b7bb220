import { FileError } from "../../core/errors";

/** The two Python lines that make a file that is read of one that is not. */
export function inPython(load: string, save: string): string {
  return `in Python, x = ${load}; torch.save(${save}, "OTHER.pth") makes one that is read`;
}

const loadTensors = 'torch.load("FILE")';
const stateDict = "x.state_dict()";
/** A state dict x with such an expression of each tensor v. */
export const eachTensor = (expression: string) => `{k: ${expression} for k, v in x.items()}`;

export const torchScript = `is a TorchScript module: ${inPython('torch.jit.load("FILE")', stateDict)}`;
export const bigEndian = `was written on a big-endian machine: ${inPython(loadTensors, "x")}`;
export const compressedZip = `is a zip file with compressed entries, as torch.save writes none: ${inPython(loadTensors, "x")}`;
export const torchShards = `is an index of files of torch.save: ${inPython('{k: v for name in glob.glob("*.bin") for k, v in torch.load(name).items()}', "x")}`;
export const wholeModule = (className: string) =>
  `holds a whole pickled module of class ${className}: if you trust it, ${inPython('torch.load("FILE", weights_only=False)', stateDict)}`;

/** Names behind tensors that are no plain blocks of numbers, their kind, and what makes one of them plain. */
const tensorKinds: [name: RegExp, kind: string, plain: string][] = [
  [/^torch\.(_utils\._rebuild_qtensor|Q\w+Storage)$/, "quantized tensors", "v.dequantize()"],
  [/^torch\._utils\._rebuild_(sparse_\w*|nested_)tensor$/, "sparse or nested tensors", "v.to_dense()"],
  [/^torch\._utils\._rebuild_(device_tensor_from_numpy|xla_tensor)$/, "tensors of an accelerator", "v.cpu()"],
  [/^torch\.(float|complex|q?u?int)\d\w*$/, "tensors of such a type", "v.float()"],
];

/** That a file holds tensors that are not read, if the name is asked for only by such. */
export function otherTensors(name: string): string | undefined {
  const found = tensorKinds.find(([pattern]) => pattern.test(name));
  return found && `holds ${found[1]}, ${name}: ${inPython(loadTensors, eachTensor(found[2]))}`;
}

/** What a file is that is read by none of the readers, as far as its first bytes tell. */
export function otherFile(file: string, bytes: Buffer): FileError {
  const opening = bytes.toString("latin1", 0, 64).trimStart();
  const arrays = inPython('pickle.load(open("FILE", "rb"))', eachTensor("torch.as_tensor(v)"));
  const known: [start: string, kind: string][] = [
    ["\x80", `a pickle of protocol ${bytes[1]}, but none of torch.save: if it holds arrays, ${arrays}`],
    ["version https://git-lfs", "a pointer of Git LFS, and no checkpoint: fetch the file by git lfs pull"],
    ["<", "a page of the web, and no checkpoint"],
    ["\x1f\x8b", "a gzip file, and no checkpoint: unpack it first"],
    ["\x89HDF", "an HDF5 file, as Keras writes, and no checkpoint of torch"],
    ["{", "a JSON file, but no index of safetensors shards"],
  ];
  const kind =
    known.find(([start]) => opening.startsWith(start))?.[1] ?? "no checkpoint, or one whose beginning is damaged";
  return new FileError(file, `is ${kind}: neither a file of torch.save nor safetensors`);
}
