import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Whether there is such a process, another user's too. */
export function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Makes a temporary folder that bears this process's number, after removing those of processes that are gone. @param purpose a word. */
export function temporaryFolder(purpose: string): string {
  for (const name of readdirSync(tmpdir())) {
    const pid = Number(name.match(/^low-rank-[a-z]+-of-(\d+)-/)?.[1] ?? process.pid);
    if (runs(pid)) continue;
    try {
      rmSync(join(tmpdir(), name), { recursive: true, force: true });
    } catch {} // what another user left is theirs to remove
  }
  return mkdtempSync(join(tmpdir(), `low-rank-${purpose}-of-${process.pid}-`));
}
