import { spawnSync } from "node:child_process";

/** The python3 of the PATH, and Debian's, which another one may hide. */
const candidates = ["python3", "/usr/bin/python3"];

/** A Python 3 that can import all of these modules, or undefined. Nothing but comparisons needs one. */
export function pythonWith(...modules: string[]): string | undefined {
  return candidates.find((python) => spawnSync(python, ["-c", `import ${modules.join(", ")}`]).status === 0);
}
