import type { Message } from "./messages";
import type { MimeBundle, Output } from "./notebookFile";

type Displayed = Extract<Output, { data: MimeBundle }>;

/** Turns the messages of a kernel into outputs, as Jupyter does: streams joined, displays replaced in place by their id. */
export class OutputCollector {
  private readonly displays = new Map<string, Displayed[]>();

  /** Appends what the message brings to the cell's outputs, or changes an output of any cell of this notebook. */
  take(outputs: Output[], { type, content }: Message): void {
    if (type === "stream") appendText(outputs, content.name as "stdout" | "stderr", content.text as string);
    else if (type === "display_data" || type === "execute_result") this.append(outputs, type, content);
    else if (type === "update_display_data") this.update(content);
  }

  private append(outputs: Output[], type: Displayed["output_type"], content: Message["content"]): void {
    const shown = { data: content.data as MimeBundle, metadata: content.metadata as object };
    const count = { execution_count: content.execution_count as number };
    const output: Displayed =
      type === "display_data" ? { output_type: type, ...shown } : { output_type: type, ...shown, ...count };
    outputs.push(output);
    const id = displayId(content);
    if (id !== undefined) this.displays.set(id, [...(this.displays.get(id) ?? []), output]);
  }

  private update(content: Message["content"]): void {
    for (const output of this.displays.get(displayId(content) ?? "") ?? []) {
      output.data = content.data as MimeBundle;
      output.metadata = content.metadata as object;
    }
  }
}

function appendText(outputs: Output[], name: "stdout" | "stderr", text: string): void {
  const last = outputs.at(-1);
  if (last?.output_type === "stream" && last.name === name) last.text += text;
  else outputs.push({ output_type: "stream", name, text });
}

function displayId(content: Message["content"]): string | undefined {
  return (content.transient as { display_id?: string } | undefined)?.display_id;
}
