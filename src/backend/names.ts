/** The names of the backends; apart, so that naming them loads none. */

/** Those that `auto` tries, the one preferred first. */
export const BACKENDS = ['tensorflow', 'wasm'] as const;

/** All of them: `native`, the project's own kernels, is taken where it is asked for (docs/backends.md). */
export const BACKEND_NAMES = [...BACKENDS, 'native'] as const;
export type BackendName = (typeof BACKEND_NAMES)[number];
export type BackendChoice = BackendName | 'auto';
