import { onnx } from "onnx-proto";
import { operator, wholeNumbers } from "../network/onnxGraph";

/** Collects the operators and constants of an ONNX graph. */
export class Graph {
  readonly nodes: onnx.INodeProto[] = [];
  private readonly held = new Map<string, onnx.ITensorProto>();

  /** @param result the value's name: one of its own unless given. @returns the name. */
  apply(opType: string, inputs: string[], attributes: onnx.IAttributeProto[] = [], result?: string): string {
    const name = result ?? `${opType} ${this.nodes.length} of training`;
    this.nodes.push(operator(opType, inputs, name, attributes));
    return name;
  }

  /** A constant list of whole numbers. @returns its name. */
  list(numbers: readonly number[]): string {
    const name = `list ${numbers.join(" ")}`;
    this.held.set(name, wholeNumbers(name, [...numbers]));
    return name;
  }

  /** A constant number. @returns its name. */
  number(value: number): string {
    const name = `number ${value}`;
    this.held.set(name, { name, dims: [], dataType: onnx.TensorProto.DataType.FLOAT, floatData: [value] });
    return name;
  }

  get constants(): onnx.ITensorProto[] {
    return [...this.held.values()];
  }
}
