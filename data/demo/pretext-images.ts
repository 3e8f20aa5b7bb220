// Writes the images on which the demo network is trained: 20 shapes × 10 textures × 5 palettes = 1000 classes.
// Usage: npx tsx data/demo/pretext-images.ts FILE COUNT
// FILE gets COUNT records of a little-endian uint16 label and 3072 pixel bytes (red, green, blue planes of 32 × 32).
import { closeSync, openSync, writeSync } from "node:fs";
import { type Difficulty, drawImage, paletteCount, shapeNames, textureNames } from "../../lib/assets/images/demoImages";
import { Random } from "../../lib/core/random";

const easier: Difficulty = { noise: 18, smallestRadius: 7, largestRadius: 14, occlusion: 0.25 };
const [file, count] = [process.argv[2], Number(process.argv[3])];
const random = new Random(1000);
const out = openSync(file, "w");
const record = Buffer.alloc(2 + 3072);
for (let i = 0; i < count; i++) {
  const label = random.integer(shapeNames.length * textureNames.length * paletteCount);
  const motif = {
    shape: label % shapeNames.length,
    texture: Math.floor(label / shapeNames.length) % textureNames.length,
    palette: Math.floor(label / (shapeNames.length * textureNames.length)),
  };
  record.writeUInt16LE(label, 0);
  record.set(drawImage(random, motif, easier), 2);
  writeSync(out, record);
}
closeSync(out);
