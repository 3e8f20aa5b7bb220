import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** A classic Jupyter Notebook server with settings of its own. */
export interface JupyterServer {
  address: string;
  close(): void;
}

/**
 * Starts a server on a free port of this machine.
 * @param folder its root.
 * @throws Error if it does not answer within 30 s.
 */
export async function startJupyter(folder: string, environment: NodeJS.ProcessEnv): Promise<JupyterServer> {
  const scratch = mkdtempSync(join(tmpdir(), "low-rank-jupyter-"));
  const own = (name: string) => join(scratch, name);
  const places = { JUPYTER_DATA_DIR: own("data"), JUPYTER_CONFIG_DIR: own("config"), JUPYTER_RUNTIME_DIR: own("run") };
  const port = await freePort();
  const address = `http://127.0.0.1:${port}`;
  const settings = ["--no-browser", "--allow-root", "--ip=127.0.0.1", `--port=${port}`, `--notebook-dir=${folder}`];
  const open = ["--NotebookApp.token=", "--NotebookApp.password=", "--NotebookApp.disable_check_xsrf=True"];
  const env = { ...environment, HOME: scratch, ...places };
  const server = spawn("jupyter", ["notebook", ...settings, ...open], { env, stdio: "ignore" });
  const close = () => end(server, scratch);
  for (let attempt = 0; attempt < 150; attempt++) {
    const answered = await fetch(`${address}/api`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (answered) return { address, close };
    await sleep(200);
  }
  close();
  throw new Error("Jupyter did not start within 30 s");
}

function end(server: ChildProcess, scratch: string): void {
  server.kill();
  rmSync(scratch, { recursive: true, force: true });
}

/** A port of this machine that nobody listens on. */
export async function freePort(): Promise<number> {
  const listener = createServer().listen(0, "127.0.0.1");
  await once(listener, "listening");
  const { port } = listener.address() as { port: number };
  listener.close();
  await once(listener, "close");
  return port;
}
