import { spawnSync } from "node:child_process";
import { UserError } from "../core/errors";
import { root } from "../core/paths";
import { parseOptions } from "./arguments";

const help = `npm run native

Downloads TensorFlow's C library and builds the binding to it, for training at native speed. Without it everything works
with WebAssembly. Needs the network; where no binding is offered ready-made, also Python and a C++ compiler.`;

/** Builds TensorFlow's native binding: `npm run native`. @throws UserError if that fails. */
export async function native(args: string[]): Promise<number> {
  if (!parseOptions("run native", help, args, {})) return 0;
  const rebuild = ["rebuild", "tensorflow-native", "--ignore-scripts=false", "--foreground-scripts"];
  spawnSync("npm", rebuild, { cwd: root, stdio: "inherit", shell: process.platform === "win32" });
  const version = nativeVersion();
  if (version === undefined)
    throw new UserError(
      "TensorFlow's native binding was not built, the lines above say why (it needs storage.googleapis.com): WebAssembly stays in use",
    );
  console.log(`tfjs-node ${version} loads with its native binding: the TensorFlow engine uses it from now on`);
  return 0;
}

/** The package's version, asked of a fresh process; undefined if the binding does not load. */
function nativeVersion(): string | undefined {
  const script = "process.stdout.write(require('tensorflow-native').version['tfjs-node'])";
  const { status, stdout } = spawnSync(process.execPath, ["-e", script], { cwd: root, encoding: "utf8" });
  return status === 0 ? stdout.trim().split("\n").at(-1) : undefined;
}
