/**
 * The part of WebAssembly's JavaScript interface used here. TypeScript ships its types only together
 * with those of a browser's page, which this project does not have.
 */

/** A linear memory; only ever passed on. */
export type Memory = object;

interface WebAssemblyInterface {
  validate(bytes: Uint8Array): boolean;
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: { backend: { memory: Memory } }) => { exports: object };
}

/** The global `WebAssembly`. */
export const webAssembly = (globalThis as unknown as { WebAssembly: WebAssemblyInterface }).WebAssembly;
