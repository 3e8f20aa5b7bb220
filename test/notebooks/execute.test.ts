import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { CellError, executeNotebook } from "../../lib/cli/notebooks/execute";
import { Kernel } from "../../lib/cli/notebooks/kernel";
import type { Message } from "../../lib/cli/notebooks/messages";
import { codeCells, type Output } from "../../lib/cli/notebooks/notebookFile";
import { OutputCollector } from "../../lib/cli/notebooks/outputs";
import { buildFolder, root } from "../../lib/core/paths";
import { notebookOf } from "../support/notebooks";

const limit = 120_000;
const folder = mkdtempSync(join(tmpdir(), "low-rank-test-"));
process.env.TMPDIR = folder;
const kernelFolders = () => readdirSync(folder).filter((name) => name.startsWith("low-rank-kernel-"));
const textOf = (outputs: Output[]) =>
  outputs.map((output) => (output.output_type === "stream" ? output.text : "")).join("");

/** Whether the process is still there within five seconds. */
async function outlives(pid: number): Promise<boolean> {
  for (let i = 0; i < 50; i++) {
    try {
      process.kill(pid, 0);
    } catch {
      return false;
    }
    await sleep(100);
  }
  return true;
}

let kernel: Kernel;
before(async () => {
  kernel = await Kernel.start({ GREETING: "from the runner" });
});
after(async () => {
  await kernel.close();
  assert.deepEqual(kernelFolders(), []);
  rmSync(folder, { recursive: true });
});

async function run(code: string) {
  const outputs: Output[] = [];
  const collector = new OutputCollector();
  const reply = await kernel.execute(code, (message: Message) => collector.take(outputs, message), limit);
  await kernel.settle(0);
  if (reply.status !== "ok") await sleep(300); // tslab refuses cells for 200 ms after an error
  return { reply, outputs };
}

test("a cell's value and text arrive, with lib/ and the environment at hand", async () => {
  const { reply, outputs } = await run(
    `import { sizeOf } from "./lib/core/tensor"; console.log(process.env.GREETING); sizeOf([2, 3])`,
  );
  assert.deepEqual(outputs, [{ output_type: "stream", name: "stdout", text: "from the runner\n6\n" }]);
  assert.equal(reply.status, "ok");
});

test("what a cell's last expression has shown is not printed once more; a later cell prints it as a table", async () => {
  const made = `import { table } from "./lib/display/table"; await table("A", [{ a: 1.5 }, { a: 2 }], "b")`;
  assert.equal(textOf((await run(made)).outputs), "");
  assert.equal(textOf((await run(`const frame = await table("A", [{ a: 1.5 }, { a: 2 }], "b");`)).outputs), "");
  const { outputs } = await run(`frame.sortValues("a", { ascending: false })`);
  assert.match(textOf(outputs), /│ a .*│ 2 .*│ 1\.5 /s);
});

test("the compiler sees Node's types and no browser's, as tsconfig.json asks", async () => {
  assert.equal((await run(`import { readFileSync } from "node:fs"; readFileSync.length > 0`)).reply.status, "ok");
  const { reply, outputs } = await run("document.title");
  assert.equal(reply.status, "error");
  assert.match(textOf(outputs), /Cannot find name 'document'/);
});

test("thirty thousand lines arrive, whole and in order", async () => {
  const { outputs } = await run(`(() => { for (let i = 0; i < 30000; i++) console.log(i); })()`);
  const expected = Array.from({ length: 30000 }, (_, i) => `${i}\n`).join("");
  assert.equal(outputs.length, 1);
  assert.equal(textOf(outputs), expected);
});

test("a source that changes while the kernel runs disturbs no cell", async () => {
  const scripts = mkdtempSync(join(buildFolder, "test-"));
  const source = join(scripts, "value.ts");
  try {
    writeFileSync(source, "export const value = 1;");
    const imported = `./build/${basename(scripts)}/value`;
    assert.equal(textOf((await run(`import { value } from "${imported}"; value`)).outputs), "1\n");
    for (let i = 2; i < 5; i++) {
      writeFileSync(source, `export const value = ${i};`);
      await sleep(300);
      assert.equal(textOf((await run(`import { value as value${i} } from "${imported}"; value${i}`)).outputs), "1\n");
    }
  } finally {
    rmSync(scripts, { recursive: true });
  }
});

test("a display is replaced in place, also from a later cell", async () => {
  const outputs: Output[] = [];
  const later: Output[] = [];
  const collector = new OutputCollector();
  const code = `import { newDisplay } from "tslab"; const shown = newDisplay(); shown.html("0 %"); console.log("after"); shown.html("50 %")`;
  await kernel.execute(code, (message) => collector.take(outputs, message), limit);
  await kernel.execute(`shown.html("100 %")`, (message) => collector.take(later, message), limit);
  assert.deepEqual(later, []);
  assert.deepEqual(outputs, [
    { output_type: "display_data", data: { "text/html": "100 %" }, metadata: {} },
    { output_type: "stream", name: "stdout", text: "after\n" },
  ]);
});

const failures: [string, string[], RegExp][] = [
  [
    "a cell that throws",
    ["1", `throw new Error("burst")`],
    /^chapter 9, cell 2 failed \(throw new Error\("burst"\)\): .*Error: burst/s,
  ],
  [
    "a type error",
    ["const count: number = 'one';"],
    /cell 1 failed .*Type 'string' is not assignable to type 'number'/,
  ],
  [
    "text on stderr",
    ["1", `console.warn("doubtful")`, "2"],
    /cell 2 failed \(console\.warn\("doubtful"\)\): doubtful$/,
  ],
  [
    "a promise that nobody awaited",
    ["void Promise.reject(new Error('lost'));", "2"],
    /cell 1 failed .*UnhandledPromiseRejection: Error: lost/s,
  ],
  [
    "one that fails after the last cell",
    ["1", "void setTimeout(() => { throw new Error('late'); }, 100);"],
    /cell 2 failed .*Error: late/s,
  ],
  [
    "a kernel that ends",
    ["1", "process.exit(3);"],
    /cell 2 failed \(process\.exit\(3\);\): the kernel ended by itself \(exit code 3\)/,
  ],
];
for (const [name, cells, message] of failures)
  test(`a notebook fails on ${name}, and nothing is left behind`, async () => {
    const notebook = notebookOf(...cells);
    await assert.rejects(executeNotebook(notebook, { title: "chapter 9" }), (error: CellError) => {
      assert.ok(error instanceof CellError);
      assert.match(error.message, message);
      assert.doesNotMatch(error.message, /node:internal|node_modules/);
      return true;
    });
    assert.deepEqual(kernelFolders(), []);
  });

test("what Node itself warns of fails no cell, and is none of its outputs", async () => {
  const notebook = notebookOf("new Buffer(1).length", "process.emitWarning('old', 'DeprecationWarning')", "2");
  const environment = { NODE_OPTIONS: "--pending-deprecation" };
  await executeNotebook(notebook, { title: "chapter 9", environment });
  assert.deepEqual(
    codeCells(notebook).map(({ outputs }) => textOf(outputs)),
    ["1\n", "", "2\n"],
  );
});

test("a cell that never ends is ended at its limit, with its process", async () => {
  const notebook = notebookOf("console.log(process.pid)", "while (true) {}");
  await assert.rejects(
    executeNotebook(notebook, { title: "chapter 9", cellLimit: 8000 }),
    /^CellError: chapter 9, cell 2 failed \(while \(true\) \{\}\): the kernel did not finish within 8 s/,
  );
  assert.equal(await outlives(Number(textOf(codeCells(notebook)[0].outputs))), false);
});

for (const [signal, code] of [
  ["SIGKILL", null],
  ["SIGINT", 130],
] as const)
  test(`a kernel ends with its client by ${signal}, even in an endless loop`, async () => {
    const scripts = mkdtempSync(join(buildFolder, "test-"));
    const script = join(scripts, "client.ts");
    writeFileSync(
      script,
      `import { Kernel } from "../../lib/cli/notebooks/kernel";
       import { endOnSignals } from "../../lib/cli/lock";
       endOnSignals();
       const code = "console.log(process.pid); while (true) {}";
       Kernel.start().then((kernel) => kernel.execute(code, ({ content }) => console.log(content.text), ${limit}));`,
    );
    const client = spawn(process.execPath, ["--import", "tsx", script], {
      cwd: root,
      stdio: ["ignore", "pipe", "inherit"],
    });
    try {
      const [printed] = await once(client.stdout, "data");
      const pid = Number(printed);
      process.kill(pid, 0); // throws unless the kernel runs
      const ended = once(client, "exit");
      client.kill(signal);
      assert.equal((await ended)[0], code);
      assert.equal(await outlives(pid), false);
    } finally {
      rmSync(scripts, { recursive: true });
    }
  });

/** Runs code in a kernel of its own, interrupts it once `begun` says so, and gives the reply and what the cell printed. */
async function interrupt(other: Kernel, code: string, begun: () => boolean) {
  const pid = await pidOf(other);
  let text = "";
  const reply = other.execute(code, ({ content }) => (text += content.text ?? ""), limit);
  while (!begun()) await sleep(20);
  process.kill(pid, "SIGINT");
  return { pid, status: (await reply).status, text: () => text };
}

/** What code prints in a kernel. */
async function printed(other: Kernel, code: string): Promise<string> {
  let text = "";
  await other.execute(code, ({ content }) => (text += content.text ?? ""), limit);
  await other.settle(0);
  return text;
}

const pidOf = async (other: Kernel) => Number(await printed(other, "console.log(process.pid)"));

/** Seconds of all processors that a process has used. */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

test("an interrupt ends what stands behind an await within two seconds, and the cell can be run again", {
  skip: !existsSync("/proc/self/stat") && "no /proc here to read a process's time from",
}, async () => {
  const other = await Kernel.start();
  try {
    const mark = join(folder, "rounds");
    const cell = (runs: number) => `
      import { appendFileSync } from "node:fs";
      import { onnxRuntime, timing } from "./lib/index";
      import { smallResnet } from "./test/support/smallResnet";
      const onProgress = () => appendFileSync(${JSON.stringify(mark)}, ".");
      const turns = { shape: [8, 3, 64, 64], warmUps: 0, runs: ${runs}, onProgress: onProgress };
      console.log((await timing.timeInTurn([smallResnet()], onnxRuntime(1), turns))[0].runs.length);`;
    const { pid, status, text } = await interrupt(other, cell(1e6), () => existsSync(mark));
    assert.equal(status, "error");
    assert.equal(text(), "Interrupted.\n");
    await sleep(2000);
    const [rounds, spent] = [readFileSync(mark).length, cpuSeconds(pid)];
    await sleep(2000);
    assert.equal(readFileSync(mark).length, rounds);
    assert.ok(cpuSeconds(pid) - spent < 0.2);
    assert.equal(await printed(other, cell(2)), "2\n");
  } finally {
    await other.close();
  }
});

test("a module whose loading was interrupted is loaded anew", async () => {
  const other = await Kernel.start();
  try {
    const [file, mark] = [join(folder, "slow.cjs"), join(folder, "loading")];
    writeFileSync(
      file,
      `const fs = require("node:fs"), again = fs.existsSync(${JSON.stringify(mark)});
       fs.writeFileSync(${JSON.stringify(mark)}, "");
       while (!again);
       exports.whole = true;`,
    );
    const cell = `console.log((require(${JSON.stringify(file)}) as { whole?: boolean }).whole)`;
    assert.equal((await interrupt(other, cell, () => existsSync(mark))).status, "error");
    await sleep(300);
    assert.equal(await printed(other, cell), "true\n");
  } finally {
    await other.close();
  }
});
