import type { LabelledImages } from "../../assets/images/labelledImages";
import { preprocess } from "../../assets/images/preprocess";
import type { Tensor } from "../../core/tensor";
import type { Engine, Session } from "../../engines/engine";
import type { Network } from "../../network/network";
import type { BatchFiles } from "./batchFiles";

const batchSize = 64;

/**
 * What a network, and the one that it has become so far, hand to the segment at hand, batch by batch. Values lie in files as
 * far as these have room; the others are computed again from the images whenever they are read.
 */
export class SegmentInputs {
  /** That lead to the segment: none before the first, one while both networks are alike. */
  private prefixes: readonly Network[] = [];
  private sessions: Session[] = [];

  constructor(
    private readonly images: LabelledImages,
    private readonly engine: Engine,
    private readonly files: BatchFiles,
  ) {}

  /** Whether both networks still are one. */
  get alike(): boolean {
    return this.prefixes.length < 2;
  }

  get count(): number {
    return Math.ceil(this.images.count / batchSize);
  }

  /** (N, …) of the one network, then of the other unless they are alike. */
  async read(batch: number): Promise<Tensor[]> {
    const kept = (this.alike ? [0] : [0, 1]).map((which) => this.files.read(nameOf(batch, which)));
    if (!kept.includes(undefined)) return kept as Tensor[];
    const image = preprocess(this.images, batch * batchSize, Math.min(this.images.count, (batch + 1) * batchSize));
    if (this.sessions.length === 0) this.sessions = await this.open(this.prefixes);
    return Promise.all(kept.map(async (value, which) => value ?? (await this.sessions[which]?.run(image)) ?? image));
  }

  /**
   * Goes on to the next segment.
   * @param segments the one at hand, and, unless it and all before it still are what they were, what it has become.
   * @param prefixes the same networks up to its end.
   */
  async advance(segments: readonly Network[], prefixes: readonly Network[]): Promise<void> {
    const sessions = await this.open(segments);
    try {
      for (let batch = 0; batch < this.count; batch++) {
        const values = await this.read(batch);
        for (const [which, session] of sessions.entries())
          this.files.put(nameOf(batch, which), await session.run(values[which] ?? values[0]));
      }
    } finally {
      await closeAll(sessions);
    }
    await this.close();
    this.prefixes = prefixes;
  }

  /** Frees what is open; the files stay. */
  async close(): Promise<void> {
    await closeAll(this.sessions.splice(0));
  }

  private open(networks: readonly Network[]): Promise<Session[]> {
    return Promise.all(networks.map((network) => this.engine.open(network)));
  }
}

const nameOf = (batch: number, which: number) => `${batch}-${which}`;

const closeAll = (sessions: readonly Session[]) => Promise.all(sessions.map((session) => session.close()));
