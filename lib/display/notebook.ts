import type { Display } from "tslab";

/** Whether this process is a tslab kernel: what is shown then goes to the notebook. */
export function inNotebook(): boolean {
  return "__tslab__" in globalThis;
}

/** The notebook's output. tslab brings a compiler along, so it is loaded only where it runs anyway. */
export function notebook(): Display {
  return require("tslab").display;
}

/** Shows HTML in a notebook, and lines of text elsewhere. */
export function show(html: string, text: string): void {
  if (inNotebook()) notebook().html(html);
  else console.log(text);
}

/** An output that can be replaced in place. */
export function replaceableOutput(): Display {
  return require("tslab").newDisplay();
}

/** What the kernel looks for at a cell's last value: kernelProcess.cjs. */
const shown = Symbol.for("low-rank.shown");

/** Marks what has just been shown, so that tslab does not print it again as the value of the same cell; later it is like any other. */
export function justShown<T extends object>(value: T): T {
  Object.defineProperty(value, shown, { value: true, configurable: true });
  setImmediate(() => Reflect.deleteProperty(value, shown));
  return value;
}

/** Text for HTML, attributes included. */
export function escapeHtml(text: string): string {
  const names: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  return text.replace(/[&<>"']/g, (character) => names[character]);
}
