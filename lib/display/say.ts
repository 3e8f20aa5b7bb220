import { inNotebook, notebook } from "./notebook";

/** Shows sentences made from results, as Markdown in a notebook. @param timed whether their numbers come from a clock. */
export function say(markdown: string, { timed = false } = {}): void {
  if (!inNotebook()) console.log(markdown);
  else if (timed) notebook().html(`<div class="time">${new (require("markdown-it"))().render(markdown).trim()}</div>`);
  else notebook().markdown(markdown);
}
