import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Dealer, Subscriber } from "zeromq";
import { UserError } from "../../core/errors";
import { root } from "../../core/paths";
import { createConnection } from "./connection";
import { decodeMessage, encodeRequest, type Message } from "./messages";

/** The kernel could not start, died, or took too long. */
export class KernelError extends UserError {}

interface Request {
  onOutput: (message: Message) => void;
  reply?: Message;
  idle: boolean;
  finish: (reply: Message) => void;
  fail: (error: Error) => void;
}

const startLimit = 120_000;

/** A tslab kernel in a process of its own, and the client's end of its sockets. */
export class Kernel {
  private readonly session = randomUUID();
  private readonly requests = new Map<string, Request>();
  private readonly shell = new Dealer({ linger: 0 });
  private readonly iopub = new Subscriber({ linger: 0, receiveHighWaterMark: 0 });
  private lastWords = "";
  private ended: KernelError | undefined;

  /** What the kernel says about its language: `language_info` of a notebook's metadata. */
  languageInfo: Record<string, unknown> = {};

  private constructor(
    private readonly child: ChildProcess,
    private readonly key: string,
    private readonly folder: string,
  ) {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (text) => {
        this.lastWords = (this.lastWords + text).slice(-2000);
      });
    }
    child.once("error", (error) => this.end(`could not be started: ${error.message}`));
    child.once("exit", (code, signal) => {
      const end = () => this.end(`ended by itself (${signal ?? `exit code ${code}`})`);
      setTimeout(end, 100); // its last words are still on their way
    });
    process.once("exit", this.kill);
  }

  /** Starts a kernel, with variables beside this process's own. @throws KernelError if it does not answer. */
  static async start(environment: NodeJS.ProcessEnv = {}): Promise<Kernel> {
    const { connection, file, folder } = await createConnection();
    const child = spawn(process.execPath, [join(root, "lib", "cli", "notebooks", "kernelProcess.cjs"), file], {
      cwd: root,
      env: { ...process.env, ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const kernel = new Kernel(child, connection.key, folder);
    try {
      kernel.shell.connect(`tcp://${connection.ip}:${connection.shell_port}`);
      kernel.iopub.connect(`tcp://${connection.ip}:${connection.iopub_port}`);
      kernel.iopub.subscribe();
      void kernel.listen(kernel.shell, (message, request) => {
        request.reply = message;
      });
      void kernel.listen(kernel.iopub, (message, request) => {
        if (message.type !== "status") request.onOutput(message);
        else if (message.content.execution_state === "idle") request.idle = true;
      });
      await kernel.greet();
      rmSync(folder, { recursive: true }); // the kernel has read it, and a key should not lie about
      return kernel;
    } catch (error) {
      await kernel.close();
      throw error;
    }
  }

  /**
   * Runs code until the kernel is idle again. tslab reports a failing cell in the reply's status and nowhere else.
   * @param onOutput also receives what arrives later, from promises that nobody awaited.
   * @param limit in milliseconds.
   * @throws KernelError if the kernel dies or the limit passes; it is of no more use then.
   */
  async execute(code: string, onOutput: (message: Message) => void, limit: number): Promise<Message["content"]> {
    const content = { code, silent: false, store_history: true, user_expressions: {}, allow_stdin: false };
    return (await this.request("execute_request", content, limit, onOutput)).content;
  }

  /** Waits, then until everything that the kernel had to say by then has arrived. */
  async settle(milliseconds: number): Promise<void> {
    await sleep(milliseconds);
    await this.request("kernel_info_request", {}, startLimit);
  }

  /** Ends the kernel; returns when its process is gone and its temporary files are removed. */
  async close(): Promise<void> {
    const running = this.child.pid !== undefined && this.child.exitCode === null && this.child.signalCode === null;
    const exit = running ? once(this.child, "exit") : undefined;
    this.end("has been closed");
    this.kill();
    await exit;
    process.off("exit", this.kill);
    this.shell.close();
    this.iopub.close();
  }

  private readonly kill = () => {
    this.child.kill("SIGKILL");
    rmSync(this.folder, { recursive: true, force: true });
  };

  private end(reason: string): void {
    this.ended ??= new KernelError(`the kernel ${reason}${this.lastWords && `; its last words: ${this.lastWords}`}`);
    for (const request of this.requests.values()) request.fail(this.ended);
  }

  /** A subscription takes effect some time after it was asked for, so asks until an answer is heard on both sockets. */
  private async greet(): Promise<void> {
    const deadline = Date.now() + startLimit;
    for (;;) {
      try {
        const answer = await this.request("kernel_info_request", {}, 250);
        this.languageInfo = answer.content.language_info as Record<string, unknown>;
        return;
      } catch (error) {
        if (this.ended || Date.now() > deadline) throw error;
      }
    }
  }

  private async request(
    type: string,
    content: object,
    limit: number,
    onOutput: (message: Message) => void = () => {},
  ): Promise<Message> {
    if (this.ended) throw this.ended;
    const id = randomUUID();
    const seconds = limit / 1000;
    let timer: NodeJS.Timeout | undefined;
    const answer = new Promise<Message>((finish, fail) => {
      this.requests.set(id, { onOutput, idle: false, finish, fail });
      timer = setTimeout(() => fail(new KernelError(`the kernel did not finish within ${seconds} s`)), limit);
    });
    try {
      await this.shell.send(encodeRequest(this.key, this.session, id, type, content));
      return await answer;
    } finally {
      clearTimeout(timer);
    }
  }

  private async listen(socket: Dealer | Subscriber, take: (message: Message, request: Request) => void): Promise<void> {
    for await (const frames of socket) {
      const message = decodeMessage(this.key, frames);
      const request = this.requests.get(message?.parentId ?? "");
      if (message === undefined || request === undefined) continue;
      take(message, request);
      if (request.reply && request.idle) request.finish(request.reply);
    }
  }
}
