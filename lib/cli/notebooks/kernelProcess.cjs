// Starts the tslab kernel at the repository's root: node kernelProcess.cjs CONNECTION_FILE
// Plain JavaScript, since Jupyter and the project's own runner both start it with nothing but node.
const path = require("node:path");
const { Worker } = require("node:worker_threads");

// tslab resolves imports from its working directory, whatever folder the notebook lies in.
process.chdir(path.join(__dirname, "..", "..", ".."));
endWithClient();
neverWaitWhenPublishing();
leaveImportsToNode();
printNothingTwice();
require("tslab/dist/main.js").startKernel({ configPath: path.resolve(process.argv[2]), enableFindLocal: false });

/** A kernel whose client was killed must not live on, not even inside an endless loop: hence a thread of its own. */
function endWithClient() {
  const watch = `const client = process.ppid;
    setInterval(() => process.ppid === client || process.kill(process.pid, "SIGKILL"), 500);`;
  new Worker(watch, { eval: true }).unref();
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

/** tslab logs the value of a cell's last expression: not what that expression has just shown (lib/display/notebook.ts). */
function printNothingTwice() {
  const { log } = console;
  console.log = (...values) => {
    if (values.length === 1 && values[0]?.[Symbol.for("low-rank.shown")]) return;
    log.apply(console, values);
  };
}

/**
 * By itself tslab checks and emits every imported source file in each kernel, and loads the types of all packages:
 * 10 s for this project. Here it checks the cells alone, against the types of what they import; `npm run check` checks
 * lib/ with the same compiler. Imported sources are loaded as everywhere else in the project, by tsx, and once: after an
 * edit the kernel has to be started again. So no file is watched; tslab fails a cell when a file changes at a bad moment.
 */
function leaveImportsToNode() {
  require("tsx/cjs");
  const compiler = "@tslab/typescript-for-tslab";
  const typescript = require(compiler);
  const { sys } = typescript;
  const { getDirectories } = sys;
  sys.getDirectories = (folder) => (/[\\/]@types$/.test(folder) ? ["node"] : getDirectories(folder));
  sys.watchFile = sys.watchDirectory = () => ({ close() {} });
  const createBuilder = (...program) => ({
    ...typescript.createEmitAndSemanticDiagnosticsBuilderProgram(...program),
    getAllDependencies: ({ fileName }) => [fileName],
  });
  const createWatchCompilerHost = (files, options, host, _createBuilder, ...reporters) =>
    typescript.createWatchCompilerHost(files, options, host, createBuilder, ...reporters);
  require.cache[require.resolve(compiler)].exports = { ...typescript, createWatchCompilerHost };
}
