// Starts the tslab kernel at the repository's root: node kernelProcess.cjs CONNECTION_FILE
// Plain JavaScript, since Jupyter and the project's own runner both start it with nothing but node.
const { writeSync } = require("node:fs");
const path = require("node:path");
const { Worker } = require("node:worker_threads");

// tslab resolves imports from its working directory, whatever folder the notebook lies in.
process.chdir(path.join(__dirname, "..", "..", ".."));
// Imported sources are loaded as everywhere else in the project, and once: after an edit the kernel has to be started again.
require("tsx/cjs");
warnInTerminal();
endWithClient();
neverWaitWhenPublishing();
compileElsewhere();
stopWhenInterrupted();
printNothingTwice();
require("tslab/dist/main.js").startKernel({ configPath: path.resolve(process.argv[2]), enableFindLocal: false });

/** What Node itself warns of, such as a package's use of what is deprecated, is no output of a cell. */
function warnInTerminal() {
  process.removeAllListeners("warning");
  process.on("warning", ({ name, message }) => writeSync(2, `${name}: ${message}\n`));
}

/** A kernel whose client was killed must not live on, not even inside an endless loop: hence a thread of its own. */
function endWithClient() {
  const watch = `const client = process.ppid;
    setInterval(() => process.ppid === client || process.kill(process.pid, "SIGKILL"), 500);`;
  new Worker(watch, { eval: true, execArgv: ["--no-warnings"] }).unref();
}

/**
 * tslab does not wait for what it publishes. zeromq.js lets 512 such messages pass, then fails each further one of the
 * same turn, and tslab reports each failure by another message, for ever. With these options a send never waits.
 */
function neverWaitWhenPublishing() {
  const zeromq = require("zeromq");
  zeromq.Publisher = class extends zeromq.Publisher {
    constructor() {
      super({ sendHighWaterMark: 0, sendTimeout: 0 });
    }
  };
}

/**
 * The compiler's programs fill a heap with some hundred megabytes, which V8 marks anew whenever tensors were allocated:
 * beside them a fit takes 1.5 times as long. So tslab's compiler gets a thread, and with it a heap, of its own.
 */
function compileElsewhere() {
  const { callCompiler } = require("./compiler.cjs");
  const converter = require("tslab/dist/converter.js");
  const methods = ["convert", "inspect", "complete", "addModule", "close"];
  const createConverter = (options) => {
    const id = callCompiler("create", options);
    return Object.fromEntries(methods.map((method) => [method, (...args) => callCompiler(method, id, ...args)]));
  };
  require.cache[require.resolve("tslab/dist/converter.js")].exports = { ...converter, createConverter };
}

/** tslab answers an interrupt at once and lets what stands behind an `await` go on; here it ends at its next step. */
function stopWhenInterrupted() {
  const { JupyterHandlerImpl } = require("tslab/dist/jupyter.js");
  const { interruptible } = require("../../core/interrupt.ts");
  const { handleExecuteImpl } = JupyterHandlerImpl.prototype;
  let cell = new AbortController();
  process.on("SIGINT", () => cell.abort());
  JupyterHandlerImpl.prototype.handleExecuteImpl = function (...args) {
    forgetHalfLoaded();
    cell = new AbortController();
    return interruptible(cell.signal, () => handleExecuteImpl.apply(this, args));
  };
  const { error } = console;
  const told = (value) => (/^(Interrupted asynch|Script execution was interr)/.test(value?.message) ? "Interrupted." : value);
  console.error = (...values) => error.apply(console, values.map(told));
}

/** An interrupt in the middle of a `require` leaves modules that Node takes for loaded. */
function forgetHalfLoaded() {
  for (const [file, { loaded }] of Object.entries(require.cache))
    if (!loaded && file !== __filename) delete require.cache[file];
}

/** tslab logs the value of a cell's last expression: not what that expression has just shown (lib/display/notebook.ts). */
function printNothingTwice() {
  const { log } = console;
  console.log = (...values) => {
    if (values.length === 1 && values[0]?.[Symbol.for("low-rank.shown")]) return;
    log.apply(console, values);
  };
}
