/** An error that the user can act on: one line that says what is wrong, where, and what to do next. */
export class UserError extends Error {
  constructor(message: string) {
    super(message.replace(/\s*\n\s*/g, " "));
    this.name = new.target.name;
  }

  /** One line, without a stack: so a notebook's cell and the console print it. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return `${this.name}: ${this.message}`;
  }
}

/** A file that is missing, damaged, hostile or of the wrong kind. */
export class FileError extends UserError {
  constructor(
    readonly file: string,
    readonly reason: string,
  ) {
    super(`${file}: ${reason}`);
  }
}

/** So much of a text from a file as fits into a line, without characters that a terminal obeys. */
export function printable(text: string, most = 80): string {
  return text.slice(0, most).replace(/\p{C}/gu, "?");
}

/** The first few texts of a list, printable, and how many there are beside. */
export function firstFew(texts: readonly string[], separator = ", ", shown = 3): string {
  const more = texts.length > shown ? [`and ${texts.length - shown} more`] : [];
  return [...texts.slice(0, shown).map((text) => printable(text, 120)), ...more].join(separator);
}

/** @throws UserError unless the value is a whole number of at least `least`. @param name of the setting, in the error. */
export function requireWhole(name: string, value: number, least = 1): void {
  if (Number.isInteger(value) && value >= least) return;
  throw new UserError(`${name} ${value}: choose a whole number of at least ${least}`);
}
