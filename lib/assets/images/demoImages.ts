import { Random } from "../../core/random";

/** Side of an image in pixels, and bytes of one record, as in CIFAR-10's binary version. */
const side = 32;
const pixels = side * side;
const recordBytes = 1 + 3 * pixels;

type Colour = [number, number, number];

/** What an image shows: an index into each of `shapeNames`, `textureNames` and the five palettes. */
export interface Motif {
  shape: number;
  texture: number;
  palette: number;
}

/** How hard an image is to recognise: noise in grey levels, size in pixels, chance of something in front. */
export interface Difficulty {
  noise: number;
  smallestRadius: number;
  largestRadius: number;
  occlusion: number;
}

const shapes: Record<string, (x: number, y: number) => boolean> = {
  disc: (x, y) => x * x + y * y < 0.75,
  ring: (x, y) => Math.abs(Math.hypot(x, y) - 0.68) < 0.22,
  square: (x, y) => Math.max(Math.abs(x), Math.abs(y)) < 0.75,
  triangle: (x, y) => y < 0.7 && Math.abs(x) * 1.75 < y + 0.85,
  star: (x, y) => Math.hypot(x, y) < 0.62 + 0.33 * peaks(Math.atan2(x, -y), 5),
  cross: (x, y) => Math.min(Math.abs(x), Math.abs(y)) < 0.27 && Math.max(Math.abs(x), Math.abs(y)) < 0.9,
  crescent: (x, y) => x * x + y * y < 0.8 && (x - 0.42) ** 2 + y * y > 0.5,
  heart: (x, y) => (1.5 * x * x + 1.5 * (y - 0.1) ** 2 - 1) ** 3 < 2.76 * x * x * (0.1 - y) ** 3,
  arrow: (x, y) => (y < 0 && Math.abs(x) < y + 0.9) || (y >= 0 && y < 0.9 && Math.abs(x) < 0.3),
  flower: (x, y) => Math.hypot(x, y) < 0.58 + 0.34 * Math.cos(6 * Math.atan2(y, x)),
  frame: (x, y) => Math.abs(Math.max(Math.abs(x), Math.abs(y)) - 0.62) < 0.19,
  astroid: (x, y) => Math.sqrt(Math.abs(x)) + Math.sqrt(Math.abs(y)) < 1,
  bar: (x, y) => Math.abs(x) < 0.95 && Math.abs(y) < 0.36,
  pillar: (x, y) => Math.abs(x) < 0.36 && Math.abs(y) < 0.95,
  halfDisc: (x, y) => y > -0.3 && x * x + (y + 0.3) ** 2 < 0.85,
  ell: (x, y) => Math.max(Math.abs(x), Math.abs(y)) < 0.85 && (x < -0.25 || y > 0.3),
  tee: (x, y) => Math.max(Math.abs(x), Math.abs(y)) < 0.85 && (y < -0.3 || Math.abs(x) < 0.28),
  dots: (x, y) => (Math.abs(x) - 0.5) ** 2 + y * y < 0.17,
  diamond: (x, y) => Math.abs(x) + 0.62 * Math.abs(y) < 0.6,
  chevron: (x, y) => Math.abs(y + 0.35 - Math.abs(x) * 0.9) < 0.3 && Math.abs(x) < 0.85,
};

/** Share of the second colour at a point of the shape; x and y in pixels, `scale` the pattern's period. */
const textures: Record<string, (x: number, y: number, scale: number) => number> = {
  plain: () => 0,
  rows: (_x, y, scale) => square(y / scale),
  columns: (x, _y, scale) => square(x / scale),
  diagonal: (x, y, scale) => square((x + y) / (1.4 * scale)),
  checks: (x, y, scale) => Math.abs(square(x / scale) - square(y / scale)),
  spots: (x, y, scale) => (Math.hypot(wrap(x / scale) - 0.5, wrap(y / scale) - 0.5) < 0.33 ? 1 : 0),
  rings: (x, y, scale) => square(Math.hypot(x, y) / scale),
  fade: (x, y) => Math.min(1, Math.max(0, 0.5 + (x + 0.5 * y) / 16)),
  waves: (x, y, scale) => square((y + 1.5 * Math.sin((2 * Math.PI * x) / (1.6 * scale))) / scale),
  grid: (x, y, scale) => (Math.max(wrap(x / scale), wrap(y / scale)) > 0.7 ? 1 : 0),
};

/** Names of the shapes; the first ten are the classes of the demo images. */
export const shapeNames = Object.keys(shapes);
export const textureNames = Object.keys(textures);
export const paletteCount = 5;

/** Names of the demo set's ten classes, in label order. */
export const demoClassNames = shapeNames.slice(0, 10);

/** The demo set: small noisy shapes in any texture and colour, half of them partly hidden. */
export const demoDifficulty: Difficulty = { noise: 26, smallestRadius: 7, largestRadius: 12, occlusion: 0.5 };

function wrap(value: number): number {
  return value - Math.floor(value);
}

function square(value: number): number {
  return wrap(value) < 0.5 ? 0 : 1;
}

/** 1 at `count` directions around the circle, falling linearly to −1 half-way between them. */
function peaks(angle: number, count: number): number {
  return 4 * Math.abs(wrap((angle / (2 * Math.PI)) * count) - 0.5) - 1;
}

/** Hue in turns, saturation and value in [0, 1], to RGB in [0, 255]. */
function fromHue(hue: number, saturation: number, value: number): Colour {
  const channel = (shift: number) => {
    const ramp = Math.abs(wrap(hue + shift) * 6 - 3) - 1;
    return 255 * value * (1 - saturation * (1 - Math.min(1, Math.max(0, ramp))));
  };
  return [channel(0), channel(2 / 3), channel(1 / 3)];
}

function mix(first: Colour, second: Colour, share: number): Colour {
  return [0, 1, 2].map((c) => first[c] + (second[c] - first[c]) * share) as Colour;
}

/** A background: a fade between two muted colours, with a soft wave across it. */
function background(random: Random): (x: number, y: number) => Colour {
  const first = fromHue(random.uniform(), random.uniform(0, 0.7), random.uniform(0.15, 0.9));
  const second = fromHue(random.uniform(), random.uniform(0, 0.7), random.uniform(0.15, 0.9));
  const angle = random.uniform(0, 2 * Math.PI);
  const [dx, dy] = [Math.cos(angle) / side, Math.sin(angle) / side];
  const [frequency, phase] = [random.uniform(2, 14), random.uniform()];
  const depth = random.uniform(0, 0.5);
  return (x, y) => {
    const along = (x - side / 2) * dx + (y - side / 2) * dy;
    const across = (x - side / 2) * dy - (y - side / 2) * dx;
    const wave = depth * Math.sin(2 * Math.PI * (frequency * (across + 0.3 * along) + phase));
    return mix(first, second, Math.min(1, Math.max(0, 0.5 + along + 0.5 * wave)));
  };
}

/** The shape itself, somewhere in the image: its colour at a point, or undefined beside it. */
function foreground(
  random: Random,
  motif: Motif,
  difficulty: Difficulty,
): (x: number, y: number) => Colour | undefined {
  const inside = shapes[shapeNames[motif.shape]];
  const pattern = textures[textureNames[motif.texture]];
  const hue = (motif.palette + random.uniform(0.15, 0.85)) / paletteCount;
  const value = random.uniform(0.55, 1);
  const first = fromHue(hue, random.uniform(0.5, 1), value);
  const second = fromHue(
    hue + random.uniform(-0.08, 0.08),
    random.uniform(0.1, 0.9),
    value * random.uniform(0.25, 0.55),
  );
  const radius = random.uniform(difficulty.smallestRadius, difficulty.largestRadius);
  const margin = Math.max(0, side / 2 - radius);
  const [cx, cy] = [side / 2 + random.uniform(-margin, margin), side / 2 + random.uniform(-margin, margin)];
  const angle = random.uniform(-0.45, 0.45);
  const [cos, sin] = [Math.cos(angle) / radius, Math.sin(angle) / radius];
  const stretch = random.uniform(0.85, 1.18);
  const [scale, shift] = [random.uniform(3.2, 6), random.uniform(0, 6)];
  return (x, y) => {
    const u = ((x - cx) * cos + (y - cy) * sin) * stretch;
    const v = ((y - cy) * cos - (x - cx) * sin) / stretch;
    if (!inside(u, v)) return undefined;
    return mix(first, second, pattern(u * radius + shift, v * radius + shift, scale));
  };
}

/** A stripe or a disc of another colour that may lie over the shape. */
function occluder(random: Random, chance: number): (x: number, y: number) => Colour | undefined {
  if (random.uniform() >= chance) return () => undefined;
  const colour = fromHue(random.uniform(), random.uniform(0, 0.9), random.uniform(0.1, 0.95));
  const [cx, cy] = [random.uniform(4, 28), random.uniform(4, 28)];
  if (random.uniform() < 0.5) {
    const radius = random.uniform(2.5, 5);
    return (x, y) => (Math.hypot(x - cx, y - cy) < radius ? colour : undefined);
  }
  const angle = random.uniform(0, Math.PI);
  const [nx, ny] = [Math.cos(angle), Math.sin(angle)];
  const width = random.uniform(1.2, 2.6);
  return (x, y) => (Math.abs((x - cx) * nx + (y - cy) * ny) < width ? colour : undefined);
}

/**
 * Draws one 32 × 32 image with 2 × 2 samples a pixel.
 * @returns 3072 bytes: the red plane, then green, then blue, each row by row, as CIFAR-10 stores them.
 */
export function drawImage(random: Random, motif: Motif, difficulty: Difficulty): Uint8Array {
  const layers = [occluder(random, difficulty.occlusion), foreground(random, motif, difficulty)];
  const behind = background(random);
  const noise = random.uniform(0.3, 1) * difficulty.noise;
  const brightness = random.uniform(0.75, 1.2);
  const image = new Uint8Array(3 * pixels);
  for (let pixel = 0; pixel < pixels; pixel++) {
    const [x, y] = [pixel % side, Math.floor(pixel / side)];
    const sum = [0, 0, 0];
    for (const [dx, dy] of [
      [0.25, 0.25],
      [0.75, 0.25],
      [0.25, 0.75],
      [0.75, 0.75],
    ]) {
      const colour = layers[0](x + dx, y + dy) ?? layers[1](x + dx, y + dy) ?? behind(x + dx, y + dy);
      for (let c = 0; c < 3; c++) sum[c] += colour[c] / 4;
    }
    for (let c = 0; c < 3; c++) {
      const level = Math.round(sum[c] * brightness + noise * random.normal());
      image[c * pixels + pixel] = Math.min(255, Math.max(0, level));
    }
  }
  return image;
}

/**
 * A set of demo images in CIFAR-10's binary layout: one label byte and 3072 pixel bytes a record.
 * The ten classes are the first ten shapes; texture, colour, place and size are no help.
 * @param count number of images; labels are drawn at random, so the classes are only roughly equal.
 */
export function demoBatch(count: number, seed: number): Uint8Array {
  const random = new Random(seed);
  const records = new Uint8Array(count * recordBytes);
  for (let i = 0; i < count; i++) {
    const shape = random.integer(demoClassNames.length);
    const motif = { shape, texture: random.integer(textureNames.length), palette: random.integer(paletteCount) };
    records[i * recordBytes] = shape;
    records.set(drawImage(random, motif, demoDifficulty), i * recordBytes + 1);
  }
  return records;
}
