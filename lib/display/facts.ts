import { escapeHtml, show } from "./notebook";

/** Shows facts about the machine as a small table; class "machine" tells a comparer that they differ elsewhere. */
export function showFacts(facts: Record<string, string>): void {
  const rows = Object.entries(facts).map(
    ([name, value]) => `<tr><th style="text-align:left">${escapeHtml(name)}</th><td>${escapeHtml(value)}</td></tr>`,
  );
  const lines = Object.entries(facts).map(([name, value]) => `this machine: ${name}: ${value}`);
  show(`<table class="machine">${rows.join("")}</table>`, lines.join("\n"));
}
