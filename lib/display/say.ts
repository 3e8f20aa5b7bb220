import { inNotebook, notebook } from "./notebook";

/**
 * Shows sentences made from results, as Markdown in a notebook and as text elsewhere.
 * @param timed whether their numbers come from a clock: class "time" tells a comparer of notebooks that they change.
 */
export function say(markdown: string, { timed = false } = {}): void {
  if (!inNotebook()) console.log(markdown);
  else if (timed) notebook().html(`<div class="time">${htmlOf(markdown)}</div>`);
  else notebook().markdown(markdown);
}

function htmlOf(markdown: string): string {
  const MarkdownIt = require("markdown-it");
  return new MarkdownIt().render(markdown).trim();
}
