/**
 * The versions `backend install` brings; everything else about them is found out at run time. Apart, so that help names them without loading
 * what installs.
 */

/** TensorFlow, unless `--tensorflow` says otherwise. */
export { TENSORFLOW } from '../../options/commands/machine.ts';

/** @tensorflow/tfjs-node-gpu, whose kernels and C++ files are used; always the version of tfjs-core. */
export const TFJS_NODE = '4.22.0';

/** google-protobuf, which @tensorflow/tfjs-node-gpu requires for its protocol messages. */
export const PROTOBUF = '3.21.4';
