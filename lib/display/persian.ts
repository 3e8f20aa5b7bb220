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

/** Words that stand between numbers. */
const words: Record<string, string> = {
  "not computed": "محاسبه نشد",
  "not measured": "اندازه‌گیری نشد",
  "no count": "بدون شمارش",
  "× as fast": "برابر تندتر",
  "points lost": "واحد افت",
  "at share": "در سهم",
  error: "خطای",
  "by weights": "با وزن‌ها",
  "by responses": "با پاسخ‌ها",
  to: "تا",
  and: "و",
  of: "از",
  ms: "میلی‌ثانیه",
};

/** Signs that look another way between Persian words. */
const signs: Record<string, string> = { " %": "٪", ", ": "، ", "; ": "؛ ", "→": "←" };

/** Numbers, formulas and the few words between them in Persian; undefined if a word is not known. */
export function inPersian(text: string): string | undefined {
  const known = new RegExp(`(?<![\\w-])(${Object.keys(words).join("|")})(?!\\w)`, "g");
  const translated = text.replace(known, (word) => words[word]).replace(/ %|, |; |→/g, (sign) => signs[sign]);
  if (/[A-Za-z]{2}/.test(translated)) return undefined;
  const persian = persianDigits(translated.replace(/(\d)\.(?=\d)/g, "$1٫"));
  return persian.replace(/[A-Zρ]²?( =)? [-−]?[۰-۹٫]+|[-−][۰-۹٫]+/giu, isolated);
}
