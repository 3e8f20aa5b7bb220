// Records the singular values of the two official tensors of chapter 2, to 9 digits.
// Usage: npx tsx data/reference/record-spectra.ts CHECKPOINT
// CHECKPOINT holds torchvision's IMAGENET1K_V1 tensors layer2.0.conv1.weight and fc.weight.
import { join } from "node:path";
import { readCheckpoint } from "../../lib/assets/checkpoint/checkpoint";
import { writeAtomically } from "../../lib/core/files";
import { singularValues } from "../../lib/linalg/svd";
import { weightMatrix } from "../../lib/linalg/matrix";
import { referenceFolder } from "../../lib/core/paths";

async function main() {
  const { stateDict, sha256 } = await readCheckpoint(process.argv[2]);
  const recorded: Record<string, unknown> = { source: `sha256 ${sha256}` };
  for (const layer of ["layer2.0.conv1", "fc"]) {
    const weight = stateDict.get(`${layer}.weight`);
    if (!weight) throw new Error(`no ${layer}.weight in ${process.argv[2]}`);
    recorded[layer] = Array.from(singularValues(weightMatrix(weight)), (value) => Number(value.toPrecision(9)));
  }
  await writeAtomically(join(referenceFolder, "official-spectra.json"), `${JSON.stringify(recorded)}\n`);
}

main();
