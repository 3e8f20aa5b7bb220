/** What becomes of a claim; `varied` where the chapter ran with other settings than the report's. */
export type Verdict = "reproduced" | "differs" | "refuted" | "not comparable" | "varied";

/** How a verdict looks: a sign that tells without colour, a colour of text for white and black pages, one of areas, a word. */
export interface VerdictLook {
  sign: string;
  colour: string;
  /** From Okabe and Ito's, apart in grey print too. */
  fill: `#${string}`;
  persian: string;
}

export const verdicts: Record<Verdict, VerdictLook> = {
  reproduced: { sign: "✓", colour: "#108563", fill: "#009E73", persian: "بازتولید شد" },
  refuted: { sign: "✗", colour: "#D7263D", fill: "#D55E00", persian: "رد شد" },
  differs: { sign: "≠", colour: "#BF5600", fill: "#F5C766", persian: "متفاوت است" },
  "not comparable": { sign: "–", colour: "#767676", fill: "#BBBBBB", persian: "قابل مقایسه نیست" },
  varied: { sign: "~", colour: "#767676", fill: "#56B4E9", persian: "با تنظیمات دیگر" },
};
