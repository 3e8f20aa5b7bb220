import { inNotebook, notebook } from "./notebook";

/** Shows a sentence that was made from results, as Markdown in a notebook and as text elsewhere. */
export function say(markdown: string): void {
  if (inNotebook()) notebook().markdown(markdown);
  else console.log(markdown);
}
