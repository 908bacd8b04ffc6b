/**
 * The library face of ncp-train: neural circuit policies for TensorFlow.js, and the paper's models.
 * The command line does not come in here; it starts in `cli/main.ts`.
 */
export { useBackend } from './backend/choose.ts';
export type { BackendChoice, BackendName } from './backend/names.ts';
export { BackendError, ConfigError, DataError, DivergedError, NcpTrainError, UsageError } from './errors.ts';
export { LTC, type LTCOptions } from './library/ltc.ts';
export {
  LTCCell,
  type LTCCellOptions,
  type Mapping,
  type Range,
  type RangeName,
} from './library/ltc-cell.ts';
export * as wirings from './library/wirings.ts';
export type { Cell, State, Weights } from './models/cells/cell.ts';
export {
  disposeModel,
  type FrameModel,
  judgeFrames,
  type Model,
  type RecurrentModel,
  unrollModel,
} from './models/model.ts';
export { buildModel } from './models/registry.ts';
export { loadModel, loadWeights, saveModel } from './models/weights-file.ts';
export type { WiringPlan } from './models/wiring/plan.ts';
export { checkWiring, synapseCount, type Wiring, wiringFromMatrices } from './models/wiring/wiring.ts';
export { type WiringJson, wiringFromJson, wiringToJson } from './models/wiring/wiring-json.ts';
export { type ModelInput, type ModelName, type ModelOptions, modelOptions } from './options/schema.ts';
