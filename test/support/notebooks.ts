import type { Cell, Notebook } from "../../lib/cli/notebooks/notebookFile";

/** A notebook with these code cells, nothing run yet. */
export function notebookOf(...sources: string[]): Notebook {
  const cells = sources.map(
    (source, i): Cell => ({
      cell_type: "code",
      id: `cell-${i}`,
      metadata: {},
      source,
      outputs: [],
      execution_count: null,
    }),
  );
  const kernelspec = { display_name: "TypeScript (low-rank-resnet)", language: "typescript", name: "low-rank-resnet" };
  return { cells, metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 };
}
