/** The text with Persian digits: "2-1" → "۲-۱". */
export function persianDigits(text: string): string {
  return text.replace(/[0-9]/g, (digit) => String.fromCodePoint(0x6f0 + Number(digit)));
}

/** The text in Unicode's right-to-left isolate marks, so that Latin words in it keep their place in any surrounding. */
export function rightToLeft(text: string): string {
  return `\u2067${text}\u2069`;
}

/** A Latin word in Unicode's left-to-right isolate marks, for a place in a Persian text. */
export function isolated(word: string): string {
  return `\u2066${word}\u2069`;
}
