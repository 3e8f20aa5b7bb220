import { imagesInMemory, type LabelledImages } from "../../lib/assets/images/labelledImages";
import { type Conv, imageInput, type Network } from "../../lib/network/network";
import { Random } from "../../lib/core/random";
import { sizeOf, type Tensor, tensor } from "../../lib/core/tensor";

/** A tensor of normally distributed numbers. */
export function normalTensor(random: Random, shape: number[], deviation = 1): Tensor {
  return tensor(
    shape,
    Float32Array.from({ length: sizeOf(shape) }, () => deviation * random.normal()),
  );
}

/** Kaiming-scaled weights, biases around 0; padded so that a stride of 1 keeps the image's size. */
export function biasedConv(random: Random, name: string, input: string, shape: number[], stride = 1): Conv {
  const weight = normalTensor(random, shape, Math.sqrt(2 / sizeOf(shape.slice(1))));
  const padding = (shape[2] - 1) / 2;
  const bias = normalTensor(random, [shape[0]], 0.3);
  return { kind: "conv", name, input, weight, bias, stride: [stride, stride], padding: [padding, padding] };
}

/** The names of the small ResNet's convolutions, in its order. */
export const smallLayers = ["stem", "a.conv1", "a.conv2", "b.conv1", "b.conv2", "b.down"];

/**
 * A ResNet with folded batch norms: stem, a block on a bare shortcut, one on a 1 × 1 convolution, five classes.
 * @param width channels of the first block; half as many more of the second.
 */
export function smallResnet(seed = 1, width = 8): Network {
  const wider = 1.5 * width;
  const random = new Random(seed);
  const conv = (name: string, input: string, shape: number[], stride = 1) =>
    biasedConv(random, name, input, shape, stride);
  return {
    nodes: [
      conv("stem", imageInput, [width, 3, 5, 5], 8),
      { kind: "relu", name: "relu", input: "stem" },
      { kind: "maxPool", name: "pool", input: "relu", size: 3, stride: 2, padding: 1 },
      conv("a.conv1", "pool", [width, width, 3, 3]),
      { kind: "relu", name: "a.relu1", input: "a.conv1" },
      conv("a.conv2", "a.relu1", [width, width, 3, 3]),
      { kind: "add", name: "a.add", inputs: ["a.conv2", "pool"] },
      { kind: "relu", name: "a.relu2", input: "a.add" },
      conv("b.conv1", "a.relu2", [wider, width, 3, 3], 2),
      { kind: "relu", name: "b.relu1", input: "b.conv1" },
      conv("b.conv2", "b.relu1", [wider, wider, 3, 3]),
      conv("b.down", "a.relu2", [wider, width, 1, 1], 2),
      { kind: "add", name: "b.add", inputs: ["b.conv2", "b.down"] },
      { kind: "relu", name: "b.relu2", input: "b.add" },
      { kind: "globalAveragePool", name: "features", input: "b.relu2" },
      {
        kind: "linear",
        name: "head",
        input: "features",
        weight: normalTensor(random, [5, wider]),
        bias: normalTensor(random, [5]),
      },
    ],
  };
}

/** Images, each of a colour and a slope of its own under noise. */
export function colouredImages(count: number, seed = 0): LabelledImages {
  const random = new Random(seed);
  const pixels = new Uint8Array(count * 3072);
  for (let image = 0; image < count; image++)
    for (let channel = 0; channel < 3; channel++) {
      const [colour, down, right] = [random.uniform(60, 196), random.uniform(-3, 3), random.uniform(-3, 3)];
      for (let y = 0; y < 32; y++)
        for (let x = 0; x < 32; x++) {
          const value = colour + down * (y - 16) + right * (x - 16) + 25 * random.normal();
          pixels[(image * 3 + channel) * 1024 + y * 32 + x] = Math.min(255, Math.max(0, value));
        }
    }
  const labels = Int32Array.from({ length: count }, (_, i) => i % 5);
  return imagesInMemory(pixels, [3, 32, 32], labels, String(seed));
}
