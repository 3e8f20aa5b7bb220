import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { delimiter } from "node:path";
import { UserError } from "../core/errors";
import { root } from "../core/paths";
import { environmentOf, parseOptions, positiveInteger, settingHelp, settingOptions, settingsFrom } from "./arguments";
import { installJupyter, ownJupyter } from "./jupyter/setup";
import { kernelName, registerKernel, unregisterKernel, userKernels, writeKernelspec } from "./jupyter/kernelspec";

const help = `npm run lab [-- [OPTIONS] [-- OPTIONS OF JUPYTER]]

Starts JupyterLab (or the classic Notebook where only that is installed) at the repository's root with the project's own
kernel. Open a notebook under notebooks/ and choose "Restart Kernel and Run All Cells".

  --install        set JupyterLab up in a virtual environment under build/ (Python 3.9 or later, PyPI), then start it
  --no-browser     start the server only
  --port N         its port
  --register       write the kernel into the user's Jupyter folder, for Jupyter, nbconvert or an editor started elsewhere
  --unregister     take it away again
${settingHelp}`;

const labOptions = {
  ...settingOptions,
  install: { type: "boolean" },
  "no-browser": { type: "boolean" },
  port: { type: "string" },
  register: { type: "boolean" },
  unregister: { type: "boolean" },
} as const;

/** Starts Jupyter with the project's kernel: `npm run lab`. @throws UserError if there is no Jupyter, or its set-up fails. */
export async function lab(args: string[]): Promise<number> {
  const parsed = parseOptions("run lab", help, args, labOptions, true);
  if (!parsed) return 0;
  const { values, positionals } = parsed;
  if (values.register || values.unregister) return changeRegistration(values.register ?? false);
  const path = await writeKernelspec(environmentOf(settingsFrom(values)));
  const port = values.port === undefined ? [] : [`--port=${positiveInteger(values.port, "--port")}`];
  const [command, application] = values.install ? [await installJupyter(console.log), "lab"] : findJupyter();
  const env = { ...process.env, JUPYTER_PATH: [path, process.env.JUPYTER_PATH].filter(Boolean).join(delimiter) };
  const own = [`--MappingKernelManager.default_kernel_name=${kernelName}`, ...port];
  const options = [application, ...own, ...(values["no-browser"] ? ["--no-browser"] : []), ...positionals];
  const child = spawn(command, options, { cwd: root, env, stdio: "inherit" });
  // Ctrl-C reaches Jupyter as well, which asks before it ends; this process waits for its answer.
  process.on("SIGINT", () => {});
  process.once("SIGTERM", () => child.kill("SIGTERM"));
  const [code] = await once(child, "exit");
  return code ?? 1;
}

async function changeRegistration(register: boolean): Promise<number> {
  const kernels = userKernels(process.env);
  if (register) console.log(`registered in ${await registerKernel(kernels)}; --unregister takes it away`);
  else console.log(unregisterKernel(kernels) ? `no longer registered in ${kernels}` : "nothing was registered");
  return 0;
}

/** The command and its application: the project's own JupyterLab, an installed one, or the classic Notebook. */
function findJupyter(): [command: string, application: "lab" | "notebook"] {
  const own = ownJupyter();
  if (own) return [own, "lab"];
  const installed = (application: string) => spawnSync("jupyter", [application, "--version"]).status === 0;
  if (installed("lab")) return ["jupyter", "lab"];
  if (!installed("notebook"))
    throw new UserError("JupyterLab is not installed: npm run lab -- --install sets it up (Python 3.9 or later, PyPI)");
  console.log("JupyterLab is not installed (npm run lab -- --install): starting the classic Jupyter Notebook instead");
  return ["jupyter", "notebook"];
}
