/** The names of the backends, the one preferred first; apart, so that naming them loads none. */
export const BACKENDS = ['native', 'tensorflow', 'wasm'] as const;
export type BackendName = (typeof BACKENDS)[number];
export type BackendChoice = BackendName | 'auto';
