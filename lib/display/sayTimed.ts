import { escapeHtml, inNotebook, notebook } from "./notebook";

/** Shows a sentence with numbers from a clock; class "time" tells a comparer of notebooks that they change from run to run. */
export function sayTimed(text: string): void {
  if (inNotebook()) notebook().html(`<p class="time">${escapeHtml(text)}</p>`);
  else console.log(text);
}
