/** One message that tslab would send to the notebook. */
export interface Shown {
  /** MIME type and content. */
  type: string;
  content: string;
  /** Whether it replaces an earlier output. */
  update: boolean;
}

/** Runs `work` as if in a tslab kernel, through tslab's own display; returns what it showed. */
export async function shownInKernel(work: () => void | Promise<void>): Promise<Shown[]> {
  const shown: Shown[] = [];
  const jupyter = require("tslab/dist/jupyter");
  jupyter.lastWriteDisplayData = ({ data }: { data: Record<string, string> }, update = false) => {
    const [[type, content]] = Object.entries(data);
    shown.push({ type, content, update });
  };
  Object.assign(globalThis, { __tslab__: {} });
  try {
    await work();
  } finally {
    Reflect.deleteProperty(globalThis, "__tslab__");
  }
  return shown;
}
