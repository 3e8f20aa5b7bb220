import { inNotebook, notebook } from "./notebook";

/**
 * Shows sentences made from results, as Markdown in a notebook and as text elsewhere.
 * @param timed whether their numbers come from a clock: class "time" tells a comparer of notebooks that they change.
 */
export function say(markdown: string, { timed = false } = {}): void {
  if (!inNotebook()) console.log(markdown);
  else if (timed) notebook().html(`<div class="time">${new (require("markdown-it"))().render(markdown).trim()}</div>`);
  else notebook().markdown(markdown);
}
