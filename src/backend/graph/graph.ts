/**
 * A TensorFlow graph under construction: nodes, and signatures that name what goes in and what comes out. It knows
 * no operation but Placeholder and Const (those it is built with are in `operations.ts`) and nothing of files
 * (`saved-model.ts`).
 *
 * There are no variables: weights are inputs, and what a backward signature needs of the forward one leaves the
 * latter as an output. So a graph has no state, and one serves any number of models.
 */

export type DataType = 'float32' | 'bfloat16' | 'int32';

/** What a node gives, e.g. `conv1:0`. */
export interface Value {
  readonly name: string;
  readonly dtype: DataType;
}

/** An attribute of a node; which of these an operation wants is part of its definition. */
export type Attribute =
  | { readonly dtype: DataType }
  | { readonly text: string }
  | { readonly flag: boolean }
  | { readonly int: number }
  | { readonly ints: readonly number[] }
  | { readonly tensor: Constant };

export interface Constant {
  readonly dtype: 'float32' | 'int32';
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

export interface Node {
  readonly name: string;
  readonly operation: string;
  readonly inputs: readonly Value[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

export interface Signature {
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
}

export class Graph {
  readonly nodes: Node[] = [];
  readonly signatures = new Map<string, Signature>();

  /** What is given from outside, of any shape. */
  input(name: string, dtype: DataType): Value {
    return this.#append(
      { name, operation: 'Placeholder', inputs: [], attributes: { dtype: { dtype } } },
      dtype,
    );
  }

  constant(values: number | readonly number[], dtype: Constant['dtype'] = 'int32'): Value {
    const tensor: Constant =
      typeof values === 'number'
        ? { dtype, shape: [], values: [values] }
        : { dtype, shape: [values.length], values };
    return this.add('Const', [], { dtype: { dtype }, value: { tensor } }, dtype);
  }

  /** A node with one output. @param dtype - the output's; that of the first input unless given */
  add(
    operation: string,
    inputs: readonly Value[],
    attributes: Node['attributes'] = {},
    dtype: DataType = inputs[0].dtype,
  ): Value {
    const name = `${operation}_${this.nodes.length}`;
    return this.#append({ name, operation, inputs, attributes }, dtype);
  }

  /** A node with several outputs of its input's type. */
  addMany(operation: string, input: Value, attributes: Node['attributes'], outputs: number): Value[] {
    const { name, dtype } = this.add(operation, [input], attributes);
    const node = name.slice(0, -':0'.length);
    return Array.from({ length: outputs }, (_, n) => ({ name: `${node}:${n}`, dtype }));
  }

  signature(name: string, inputs: readonly Value[], outputs: readonly Value[]): void {
    this.signatures.set(name, { inputs, outputs });
  }

  #append(node: Node, dtype: DataType): Value {
    this.nodes.push(node);
    return { name: `${node.name}:0`, dtype };
  }
}
