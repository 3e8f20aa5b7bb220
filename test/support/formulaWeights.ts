import { type StateDict, sizeOf, type Tensor, tensor } from "../../lib/core/tensor";
import { uniform } from "./matrices";

/** A state dict of torchvision's ResNet-18: Kaiming-scaled weights, batch norms far from identity. */
export function formulaStateDict(classes: number): StateDict {
  return formulaTensors(resnet18Shapes(classes));
}

/** Tensors of these names and shapes, the same as those of fill in test/fixtures/formulaWeights.py. */
export function formulaTensors(shapes: Record<string, number[]>): StateDict {
  const names = Object.entries(shapes).sort(([first], [second]) => (first < second ? -1 : 1));
  return new Map(names.map(([name, shape], seed) => [name, formulaTensor(name, shape, seed)]));
}

function formulaTensor(name: string, shape: number[], seed: number): Tensor {
  const numbers = uniform(seed, sizeOf(shape));
  if (shape.length > 1) {
    const scale = Math.sqrt(6 / sizeOf(shape.slice(1)));
    return tensor(shape, new Float32Array(numbers.map((x) => x * scale)));
  }
  if (name.endsWith("running_var")) return tensor(shape, new Float32Array(numbers.map((x) => 1 + 0.5 * x)));
  if (name.endsWith("weight")) return tensor(shape, new Float32Array(numbers.map((x) => 0.5 + 0.3 * x)));
  return tensor(shape, new Float32Array(numbers.map((x) => 0.3 * x)));
}

function resnet18Shapes(classes: number): Record<string, number[]> {
  const shapes: Record<string, number[]> = { "fc.weight": [classes, 512], "fc.bias": [classes] };
  const convAndNorm = (conv: string, norm: string, shape: number[]) => {
    shapes[`${conv}.weight`] = shape;
    for (const part of ["weight", "bias", "running_mean", "running_var"]) shapes[`${norm}.${part}`] = [shape[0]];
  };
  convAndNorm("conv1", "bn1", [64, 3, 7, 7]);
  [64, 128, 256, 512].forEach((channels, stage) => {
    for (const block of [0, 1]) {
      const name = `layer${stage + 1}.${block}`;
      const input = stage > 0 && block === 0 ? channels / 2 : channels;
      convAndNorm(`${name}.conv1`, `${name}.bn1`, [channels, input, 3, 3]);
      convAndNorm(`${name}.conv2`, `${name}.bn2`, [channels, channels, 3, 3]);
      if (input !== channels) convAndNorm(`${name}.downsample.0`, `${name}.downsample.1`, [channels, input, 1, 1]);
    }
  });
  return shapes;
}

/** Images (count, 3, side, side): each has a colour of its own under noise. */
export function formulaImages(count: number, side: number): Tensor {
  const colours = uniform(1000 + side, count * 3);
  const noise = uniform(2000 + side, count * 3 * side * side);
  const images = tensor([count, 3, side, side]);
  for (let i = 0; i < noise.length; i++) images.data[i] = 4 * colours[Math.floor(i / side / side)] + noise[i];
  return images;
}
