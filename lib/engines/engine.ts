import type { Network } from "../network/network";
import type { Tensor } from "../core/tensor";

/** A network made ready to run. */
export interface Session {
  /**
   * Runs a batch of any size.
   * @param images (N, 3, H, W), or (N, inputs) if the network begins with a linear layer.
   * @returns the output of the network's last node, batch axis first.
   */
  run(images: Tensor): Promise<Tensor>;
  /** Frees what the session holds; it cannot run after that. */
  close(): Promise<void>;
}

/** Something that runs networks. Engines agree with each other to about 1e-4, not bit by bit. */
export interface Engine {
  name: string;
  version: string;
  threads: number;
  open(network: Network): Promise<Session>;
}
