import { version } from "onnxruntime-node/package.json";
import { imageInput, type Network } from "../network/network";
import { toOnnx } from "../network/onnx";
import { stopIfInterrupted } from "../core/interrupt";
import type { Tensor } from "../core/tensor";
import type { Engine, Session } from "./engine";

/** How every session is opened. @param threads how many threads share one operator. */
export const sessionOptions = (threads: number) => ({
  executionProviders: ["cpu"],
  intraOpNumThreads: threads,
  interOpNumThreads: 1,
  logSeverityLevel: 3 as const,
  // Else its threads spin on in wait of work, on the cores of whatever runs next: of four small networks in turn each took
  // more than twice its time.
  extra: { session: { force_spinning_stop: "1" } },
});

/**
 * ONNX Runtime on the CPU, the fastest engine here. It folds batch norms into convolutions by itself.
 * A run keeps the calling thread busy until it is done, although it returns a promise.
 * @param threads how many threads share one operator.
 */
export function onnxRuntime(threads: number): Engine {
  return { name: "ONNX Runtime", version, threads, open: (network) => open(network, threads) };
}

async function open(network: Network, threads: number): Promise<Session> {
  const ort = await import("onnxruntime-node");
  const session = await ort.InferenceSession.create(toOnnx(network), sessionOptions(threads));
  const [output] = session.outputNames;
  return {
    async run({ shape, data }: Tensor): Promise<Tensor> {
      stopIfInterrupted();
      const result = (await session.run({ [imageInput]: new ort.Tensor("float32", data, shape) }))[output];
      return { shape: [...result.dims], data: result.data as Float32Array };
    },
    close: () => session.release(),
  };
}
