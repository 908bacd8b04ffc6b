/**
 * The part of WebAssembly's JavaScript interface used here. TypeScript ships its types only together
 * with those of a browser's page, which this project does not have.
 */

/** A linear memory. */
export interface Memory {
  readonly buffer: ArrayBuffer;
}

/** A memory of one's own. Growing it empties all views of its buffer. */
export interface OwnMemory extends Memory {
  /** By so many pages of 64 KiB. */
  grow(pages: number): number;
}

interface WebAssemblyInterface {
  validate(bytes: Uint8Array): boolean;
  Memory: new (pages: { initial: number }) => OwnMemory;
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: { backend: { memory: Memory } }) => { exports: object };
}

/** The global `WebAssembly`. */
export const webAssembly = (globalThis as unknown as { WebAssembly: WebAssemblyInterface }).WebAssembly;
