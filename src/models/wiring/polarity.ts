/**
 * The polarities among which the NCP packages draw for FullyConnected and Random: two in three synapses excite
 * (test/golden/README.md, library_wirings.json).
 */
export const PACKAGE_POLARITIES = [-1, 1, 1] as const;
