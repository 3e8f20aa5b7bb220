import { UserError } from "../core/errors";
import { CellError } from "./notebooks/execute";
import { requireTestedNode } from "./nodeVersion";

/** The commands behind `npm start` and `npm run …`; each loads only what it needs. */
const commands: Record<string, () => Promise<(args: string[]) => Promise<number>>> = {
  start: async () => (await import("./start")).start,
  lab: async () => (await import("./lab")).lab,
  native: async () => (await import("./native")).native,
  download: async () => (await import("./download")).download,
  bench: async () => (await import("./bench")).bench,
  compress: async () => (await import("./compress")).compress,
};

async function main([name = "", ...args]: string[]): Promise<number> {
  requireTestedNode();
  if (!Object.hasOwn(commands, name))
    throw new UserError(`commands are ${Object.keys(commands).join(", ")}, not "${name}"`);
  const command = await commands[name]();
  return command(args);
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error) => {
    console.error(error instanceof UserError || error instanceof CellError ? error.message : error);
    process.exitCode = 1;
  },
);
