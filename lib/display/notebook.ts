import type { Display } from "tslab";

/** Whether this process is a tslab kernel: what is shown then goes to the notebook. */
export function inNotebook(): boolean {
  return "__tslab__" in globalThis;
}

/** The notebook's output. tslab brings a compiler along, so it is loaded only where it runs anyway. */
export function notebook(): Display {
  return require("tslab").display;
}

/** An output that can be replaced in place. */
export function replaceableOutput(): Display {
  return require("tslab").newDisplay();
}

/** Text for HTML, attributes included. */
export function escapeHtml(text: string): string {
  const names: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  return text.replace(/[&<>"']/g, (character) => names[character]);
}
