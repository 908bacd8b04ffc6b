/** The wirings by the names that the NCP packages for Keras and PyTorch give them: `wirings.NCP`, `wirings.AutoNCP`, … */
export { AutoNCP } from '../models/wiring/auto-ncp.ts';
export { Custom } from '../models/wiring/custom.ts';
export { FullyConnected } from '../models/wiring/fully-connected.ts';
export { NCP } from '../models/wiring/ncp.ts';
export { Random } from '../models/wiring/random.ts';
