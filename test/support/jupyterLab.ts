import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Browser, chromium, type Page } from "playwright-core";
import { ownJupyter } from "../../lib/cli/jupyter/setup";
import { codeCells, type Notebook, type Output, parseNotebook } from "../../lib/cli/notebooks/notebookFile";
import { root } from "../../lib/core/paths";
import { commandLine, plainEnvironment } from "./checkout";
import { freePort } from "./jupyter";

const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";

/** Where `jupyter lab` is found: the project's own under build/ before any other. */
const path = [ownJupyter() ?? []]
  .flat()
  .map((jupyter) => dirname(jupyter))
  .concat(process.env.PATH ?? "")
  .join(delimiter);

/** Why JupyterLab cannot be driven here, if so. */
export function labMissing(): string | false {
  const { status, stdout } = spawnSync("jupyter", ["lab", "--version"], {
    env: { ...process.env, PATH: path },
    encoding: "utf8",
  });
  const missing = [
    existsSync(executablePath) ? [] : [`no Chromium at ${executablePath}`],
    status === 0 && Number.parseInt(stdout, 10) >= 4 ? [] : ["no JupyterLab 4: npm run lab -- --install"],
  ].flat();
  return missing.length > 0 && missing.join(", ");
}

/** A copy of the checkout links to the packages, and JupyterLab serves nothing through a link out of its root. */
function serveFromOwnFolder(checkout: string): void {
  const packages = join(checkout, "node_modules");
  rmSync(packages);
  mkdirSync(packages);
  for (const name of readdirSync(join(root, "node_modules"))) {
    const source = join(root, "node_modules", name);
    if (name.startsWith("plotly.js-")) cpSync(source, join(packages, name), { recursive: true, dereference: true });
    else symlinkSync(source, join(packages, name), "junction");
  }
}

/** A JupyterLab that `npm run lab` has started in a copy of the checkout, and a browser. */
export class Lab {
  private constructor(
    private readonly address: string,
    private readonly browser: Browser,
    /** Ends the server, with its kernels, and the browser. */
    readonly close: () => Promise<void>,
  ) {}

  /** @throws Error with the server's last words if it does not answer within a minute. */
  static async start(checkout: string): Promise<Lab> {
    serveFromOwnFolder(checkout);
    const scratch = mkdtempSync(join(tmpdir(), "low-rank-jupyter-"));
    const own = (name: string) => join(scratch, name);
    const port = await freePort();
    const address = `http://127.0.0.1:${port}`;
    const open = ["--IdentityProvider.token=", "--ServerApp.password=", "--ServerApp.disable_check_xsrf=True"];
    const server = ["--allow-root", "--ip=127.0.0.1", "--LabApp.expose_app_in_browser=True", ...open];
    const child = spawn(
      process.execPath,
      [...commandLine, "lab", "--no-browser", "--port", String(port), "--", ...server],
      {
        cwd: checkout,
        env: {
          ...plainEnvironment(),
          PATH: path,
          HOME: scratch,
          JUPYTER_DATA_DIR: own("data"),
          JUPYTER_CONFIG_DIR: own("config"),
          JUPYTER_RUNTIME_DIR: own("run"),
        },
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    let said = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (text) => {
        said = (said + text).slice(-4000);
      });
    const answers = () =>
      fetch(`${address}/api`).then(
        ({ ok }) => ok,
        () => false,
      );
    for (let waited = 0; !(await answers()); waited++) {
      if (waited === 300 || child.exitCode !== null) {
        child.kill();
        throw new Error(`JupyterLab did not start: ${said}`);
      }
      await sleep(200);
    }
    const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
    return new Lab(address, browser, async () => {
      await browser.close();
      const gone = new Promise((done) => child.once("exit", done));
      child.kill("SIGTERM");
      await gone;
      rmSync(scratch, { recursive: true, force: true });
    });
  }

  /** Opens a notebook in a page of its own. */
  async open(name: string): Promise<LabNotebook> {
    const page = await this.browser.newPage({ viewport: { width: 1280, height: 900 } });
    // A workspace of its own: otherwise the tabs of the page before come back.
    await page.goto(`${this.address}/lab/workspaces/w${Date.now()}/tree/notebooks/${name}`);
    const notebook = new LabNotebook(page, `notebooks/${name}`);
    await notebook.ready();
    return notebook;
  }
}

/** What a cell's run gave. */
export interface Ran {
  ok: boolean;
  /** Everything on stdout, and on stderr. */
  stdout: string;
  stderr: string;
}

/** A notebook in JupyterLab. What is done in the page is text, since the project's TypeScript knows no browser's names. */
export class LabNotebook {
  constructor(
    readonly page: Page,
    private readonly path: string,
  ) {}

  /** @param code an expression in which `panel`, `cells`, `kernel` and `app` stand for what JupyterLab calls so. */
  evaluate<T>(code: string): Promise<T> {
    return this.page.evaluate<T>(`(async () => {
      const app = window.jupyterapp;
      const panel = [...app.shell.widgets("main")].find((widget) => widget.context?.path === ${JSON.stringify(this.path)});
      const cells = panel?.content.widgets ?? [];
      const kernel = panel?.sessionContext.session?.kernel;
      return ${code};
    })()`);
  }

  /** Waits until the kernel is idle. */
  async ready(): Promise<void> {
    for (let waited = 0; ; waited++) {
      const state = await this.evaluate<string>(`kernel?.status`).catch(() => undefined);
      if (state === "idle") return;
      if (waited === 600) throw new Error(`${this.path}: the kernel is ${state}, not idle`);
      await sleep(200);
    }
  }

  /** "Restart Kernel and Run All Cells", with its question. Returns whether all cells ran well. */
  async restartAndRunAll(): Promise<boolean> {
    await this.start(`app.commands.execute("notebook:restart-run-all")`);
    await this.page.click(".jp-Dialog .jp-mod-accept");
    return this.done();
  }

  /** Starts what goes on while other things are done; `done` waits for it. */
  async start(code: string): Promise<void> {
    await this.evaluate(`(app.shell.activateById(panel.id), panel.lowRank = ${code}, undefined)`);
  }

  done(): Promise<boolean> {
    return this.evaluate("panel.lowRank");
  }

  /** Where the cell is, among all, that a pattern matches: the first one. */
  async find(pattern: RegExp): Promise<number> {
    const at = (await this.content()).cells.findIndex(({ source }) => pattern.test(source));
    assert.ok(at >= 0, `${this.path}: no cell ${pattern}`);
    return at;
  }

  /** Runs a cell and all below it. Returns whether all ran well. */
  async runFrom(index: number): Promise<boolean> {
    await this.start(`(panel.content.activeCellIndex = ${index}, app.commands.execute("notebook:run-all-below"))`);
    return this.done();
  }

  /** Puts other text in place of a pattern of a cell. */
  async edit(index: number, pattern: RegExp, text: string): Promise<void> {
    const source = (await this.content()).cells[index].source;
    assert.match(source, pattern);
    const edited = JSON.stringify(source.replace(pattern, text));
    await this.evaluate(`cells[${index}].model.sharedModel.setSource(${edited})`);
  }

  /** The value of an expression in the kernel, beside the notebook's cells. */
  async ask<T>(expression: string): Promise<T> {
    const code = JSON.stringify(`console.log(JSON.stringify(${expression}))`);
    const text = await this.evaluate<string>(`new Promise((done) => {
      const request = kernel.requestExecute({ code: ${code}, store_history: false });
      request.onIOPub = ({ content }) => content.text && done(content.text);
    })`);
    return JSON.parse(text);
  }

  /** "Restart Kernel", with its question: nothing has been run then. */
  async restart(): Promise<void> {
    await this.start(`app.commands.execute("notebook:restart-kernel")`);
    await this.page.click(".jp-Dialog .jp-mod-accept");
    await this.done();
    await this.ready();
  }

  /** Puts the cursor behind a text in a new cell at the end. Returns where that is. */
  async type(text: string): Promise<number> {
    await this.evaluate(
      `(panel.content.activeCellIndex = cells.length - 1, app.commands.execute("notebook:insert-cell-below"))`,
    );
    const last = (await this.content()).cells.length - 1;
    await this.evaluate(`panel.content.scrollToItem(${last})`);
    await this.evaluate(`(panel.content.mode = "edit", cells[${last}].editor.focus(), undefined)`);
    await this.page.keyboard.type(text);
    return last;
  }

  /** Runs one cell, as Ctrl-Enter does. @param index among all cells. */
  async run(index: number): Promise<Ran> {
    await this.start(`(panel.content.activeCellIndex = ${index}, app.commands.execute("notebook:run-cell"))`);
    const ok = await this.done();
    const outputs = await this.evaluate<Output[]>(`cells[${index}].model.outputs?.toJSON() ?? []`);
    const said = (name: string) =>
      outputs.flatMap((output) =>
        output.output_type === "stream" && output.name === name ? [output.text].flat() : [],
      );
    return { ok, stdout: said("stdout").join(""), stderr: said("stderr").join("") };
  }

  /** Ends its kernel and closes its page. */
  async close(): Promise<void> {
    await this.evaluate("panel.sessionContext.shutdown()");
    await this.page.close();
  }

  /** Its cells and outputs as they would be saved. */
  async content(): Promise<Notebook> {
    return parseNotebook(await this.evaluate<string>("JSON.stringify(panel.content.model.toJSON())"), this.path);
  }

  /** What has arrived that no chapter may show: errors and stderr. */
  async complaints(): Promise<Output[]> {
    const outputs = codeCells(await this.content()).flatMap((cell) => cell.outputs);
    return outputs.filter(
      (output) => output.output_type === "error" || (output.output_type === "stream" && output.name === "stderr"),
    );
  }

  /**
   * Scrolls through the notebook, from cell to cell since those out of view are not in the page.
   * @param drawn whether the figures are drawn; otherwise their pictures are there.
   */
  async look(drawn: boolean): Promise<Sight> {
    const sight: Sight = { pictures: 0, hovered: [], persian: 0, wronglyLeftToRight: [], tooWide: [] };
    for (const [cell, { figures }] of (await this.cells()).entries()) {
      await this.evaluate(`panel.content.scrollToItem(${cell}, "start")`);
      const node = `cells[${cell}].node`;
      const pictures = `[...${node}.querySelectorAll('img[src^="data:image/png"]')].filter((each) => each.getClientRects().length > 0 && each.naturalWidth > 0)`;
      const ready = drawn
        ? `[...${node}.querySelectorAll(".low-rank-figure")].filter((each) => each._fullData && !each.matches(":empty")).length === ${figures}`
        : `${pictures}.length === ${figures}`;
      assert.ok(
        await this.until(`!cells[${cell}].isPlaceholder() && ${ready}`),
        `${this.path}: figures of cell ${cell}`,
      );
      sight.pictures += await this.evaluate<number>(`${pictures}.length`);
      for (let i = 0; drawn && i < figures; i++)
        sight.hovered.push(...(await this.hover(`${node}.querySelectorAll(".low-rank-figure")[${i}]`)));
      const { persian, wrong, wide } = await this.evaluate<Record<string, string[]>>(`(${layoutOf})(${node})`);
      sight.persian += persian.length;
      sight.wronglyLeftToRight.push(...wrong);
      sight.tooWide.push(...wide);
    }
    return sight;
  }

  /** Each cell, with how many figures its outputs have. */
  private async cells(): Promise<{ figures: number }[]> {
    const { cells } = await this.content();
    return cells.map((cell) => {
      return { figures: JSON.stringify(cell).split('class=\\"low-rank-figure\\"').length - 1 };
    });
  }

  /** Moves the mouse over points of a figure until something is shown there, and returns it: "" for nothing. None without points. */
  private async hover(figure: string): Promise<string[]> {
    await this.evaluate(`${figure}.scrollIntoView({ block: "center" })`);
    const points = await this.evaluate<[number, number][]>(`(${pointsOf})(${figure})`);
    for (const [x, y] of points) {
      await this.page.mouse.move(x - 3, y);
      await this.page.mouse.move(x, y, { steps: 3 });
      const label = await this.until<string>(`${figure}.querySelector(".hoverlayer .hovertext")?.textContent`, 1000);
      if (label) return [label];
    }
    return points.length > 0 ? [""] : [];
  }

  /** Waits until an expression is true. Returns its value, undefined if that takes too long. */
  async until<T>(code: string, limit = 30_000): Promise<T | undefined> {
    for (const deadline = Date.now() + limit; Date.now() < deadline; await sleep(50)) {
      const value = await this.evaluate<T>(code);
      if (value) return value;
    }
    return undefined;
  }
}

/** What a reader sees of a notebook. */
export interface Sight {
  /** How many pictures are to be seen. */
  pictures: number;
  /** What is shown at a point of each drawn figure that has any, "" for nothing. */
  hovered: string[];
  /** How many Persian texts there are, and those whose first letter is not right of their last. */
  persian: number;
  wronglyLeftToRight: string[];
  /** Outputs that do not fit into the page. */
  tooWide: string[];
}

/** The middle point of each of a drawn figure's traces, in pixels of the window. */
const pointsOf = `(figure) => figure._fullData.flatMap((trace) => {
  const axis = (letter) => figure._fullLayout[trace[letter + "axis"].replace(letter, letter + "axis")];
  const [xs, ys] = [trace.x, trace.y].map((values) => [...(values ?? [])]);
  const known = ys.flatMap((y, i) => (y === null || y === undefined || xs[i] === null ? [] : [i]));
  if (trace.hoverinfo === "skip" || known.length === 0) return [];
  const at = known[known.length >> 1];
  const { left, top } = figure.getBoundingClientRect();
  const pixel = (letter, value) => axis(letter)._offset + axis(letter).d2p(value);
  // The second one lies within a bar.
  return [0, 6].map((below) => [left + pixel("x", xs[at]), top + pixel("y", ys[at]) + below]);
})`;

/** Of a cell: its Persian texts, those of them that do not run from right to left, and its outputs that are wider than it. */
const layoutOf = `(node) => {
  const texts = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
  const persian = [], wrong = [];
  for (let text = texts.nextNode(); text; text = texts.nextNode()) {
    const letters = [...text.data.matchAll(/[\\u0621-\\u06cc]/g)].map(({ index }) => index);
    if (letters.length < 2 || text.parentElement.closest("script, style, .cm-editor, .jp-mod-noOutputs")) continue;
    const boxes = [letters[0], letters.at(-1)].map((at) => {
      const range = document.createRange();
      range.setStart(text, at);
      range.setEnd(text, at + 1);
      return range.getBoundingClientRect();
    });
    if (boxes.some(({ width }) => width === 0)) continue;
    persian.push(text.data);
    const isolated = text.data.trimStart().startsWith("\\u2067") || getComputedStyle(text.parentElement).direction === "rtl";
    if (!isolated || (boxes[0].top >= boxes[1].top - 2 && boxes[0].left <= boxes[1].left)) wrong.push(text.data);
  }
  const outputs = [...node.querySelectorAll(".jp-OutputArea-output, .jp-RenderedMarkdown")];
  const wide = outputs.filter((each) => each.scrollWidth > each.clientWidth + 1).map((each) => each.innerText.slice(0, 60));
  return { persian, wrong, wide };
}`;
