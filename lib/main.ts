import { UserError } from "./errors";
import { CellError } from "./notebooks/execute";

/** The commands behind `npm start` and `npm run …`; each loads only what it needs. */
const commands: Record<string, () => Promise<(args: string[]) => Promise<number>>> = {
  start: async () => (await import("./commands/start")).start,
  lab: async () => (await import("./commands/lab")).lab,
  native: async () => (await import("./commands/native")).native,
  download: async () => (await import("./commands/download")).download,
  bench: async () => (await import("./commands/bench")).bench,
  compress: async () => (await import("./commands/compress")).compress,
};

async function main([name = "", ...args]: string[]): Promise<number> {
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
