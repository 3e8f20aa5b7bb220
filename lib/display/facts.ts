import { escapeHtml, inNotebook, notebook } from "./notebook";

/** Shows facts about the machine as a small table; class "machine" tells a comparer that they differ elsewhere. */
export function showFacts(facts: Record<string, string>): void {
  if (!inNotebook()) {
    for (const [name, value] of Object.entries(facts)) console.log(`this machine: ${name}: ${value}`);
    return;
  }
  const rows = Object.entries(facts).map(
    ([name, value]) => `<tr><th style="text-align:left">${escapeHtml(name)}</th><td>${escapeHtml(value)}</td></tr>`,
  );
  notebook().html(`<table class="machine">${rows.join("")}</table>`);
}
