// tslab's compiler of cells in a thread of its own, for kernelProcess.cjs. Plain JavaScript, as that file.
const { isMainThread, MessageChannel, receiveMessageOnPort, Worker, workerData } = require("node:worker_threads");

let compiler;

/** Calls a method of the thread's and waits: tslab expects its compiler's answers at once. */
exports.callCompiler = (method, ...args) => {
  compiler ??= startThread();
  const { port, answers } = compiler;
  port.postMessage({ method, args });
  Atomics.wait(answers, 0, 0);
  Atomics.store(answers, 0, 0);
  const { value, error } = receiveMessageOnPort(port).message;
  if (error) throw error;
  return value;
};

function startThread() {
  const { port1: port, port2 } = new MessageChannel();
  const answers = new Int32Array(new SharedArrayBuffer(4));
  const execArgv = [...process.execArgv, "--no-warnings"]; // what a thread writes to stderr counts as the cell's
  new Worker(__filename, { workerData: { port: port2, answers }, transferList: [port2], execArgv }).unref();
  return { port, answers };
}

if (!isMainThread) answer(workerData);

function answer({ port, answers }) {
  leaveImportsToNode();
  const { createConverter } = require("tslab/dist/converter.js");
  const converters = [];
  const call = (method, [first, ...rest]) =>
    method === "create" ? converters.push(plainSpoken(createConverter(first))) - 1 : converters[first][method](...rest);
  port.on("message", ({ method, args }) => {
    try {
      port.postMessage({ value: call(method, args) });
    } catch (error) {
      port.postMessage({ error });
    }
    Atomics.store(answers, 0, 1);
    Atomics.notify(answers, 0);
  });
}

/** Names that a cell takes from cells not run yet are told in one line, and after `svd(` it is `svd` that one asks about. */
function plainSpoken(converter) {
  const convert = (...cell) => {
    const { diagnostics, ...rest } = converter.convert(...cell);
    return { ...rest, diagnostics: unknownNamesTogether(diagnostics) };
  };
  const inspect = (declared, source, at) => {
    const called = source.slice(0, at).search(/[\w$]\([^()]*$/);
    return converter.inspect(declared, source, at) ?? (called < 0 ? undefined : converter.inspect(declared, source, called));
  };
  return { ...converter, convert, inspect };
}

/** TypeScript's codes for a value, a namespace and a shorthand property without a declaration. */
const unknownName = new Set([2304, 2503, 18004]);

function unknownNamesTogether(diagnostics) {
  const unknown = diagnostics.filter(({ code, fileName }) => unknownName.has(code) && !fileName);
  if (unknown.length === 0) return diagnostics;
  const names = [...new Set(unknown.map(({ messageText }) => messageText.match(/'([^']+)'/)[1]))];
  const messageText = `not defined: ${names.join(", ")}. Run the cells above first, or correct the spelling.`;
  return [{ ...unknown[0], messageText }, ...diagnostics.filter((each) => !unknown.includes(each))];
}

/**
 * By itself tslab checks and emits every imported source file in each kernel, and loads the types of all packages:
 * 10 s for this project. Here it checks the cells alone, against the types of what they import; `npm run check` checks
 * lib/ with the same compiler. No file is watched; tslab fails a cell when a file changes at a bad moment.
 */
function leaveImportsToNode() {
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
