/**
 * `LTC`, an {@link LTCCell} as a ready RNN layer: the same numbers as `tf.layers.rnn({ cell })`, but a whole sequence is
 * one operation instead of one a time step.
 */
import * as tf from '@tensorflow/tfjs-core';
import { layers, type RNNLayerArgs } from '@tensorflow/tfjs-layers';
import { LTCCell, type LTCCellOptions } from './ltc-cell.ts';

/**
 * The cell's options, and those of every RNN layer of TensorFlow.js: `returnSequences` (outputs of every step [B,T,M]
 * instead of the last [B,M]), `returnState` (also output [B,M] and potentials v [B,U] after the last step),
 * `goBackwards`, `stateful`, `inputShape`, …
 */
export type LTCOptions = LTCCellOptions & Omit<RNNLayerArgs, 'cell'>;

interface CallArguments {
  readonly mask?: tf.Tensor | tf.Tensor[];
  readonly training?: boolean;
  readonly initialState?: tf.Tensor[];
}

export class LTC extends layers.RNN {
  /** @nocollapse */
  static override readonly className: string = 'LTC';

  /** @throws ConfigError as {@link LTCCell} */
  constructor(options: LTCOptions) {
    super({ ...options, cell: new LTCCell({ ...options, name: undefined }) });
  }

  get ltcCell(): LTCCell {
    return this.cell as unknown as LTCCell;
  }

  /** Inputs [B,T,S]; masked sequences, which stop at different steps, go step by step. */
  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: CallArguments): tf.Tensor | tf.Tensor[] {
    if (kwargs?.mask) return super.call(inputs, kwargs as never);
    return tf.tidy(() => {
      const sequences = (Array.isArray(inputs) ? inputs[0] : inputs) as tf.Tensor3D;
      const [, start] = this.#initialStates(sequences, kwargs?.initialState);
      const forward = this.goBackwards ? tf.reverse(sequences, 1) : sequences;
      const { outputs, v } = this.ltcCell.unroll(tf.transpose(forward, [1, 0, 2]), start as tf.Tensor2D);
      const [T, B, M] = outputs.shape;
      const last = tf.reshape(tf.slice3d(outputs, [T - 1, 0, 0], [1, B, M]), [B, M]);
      if (this.stateful) this.resetStates([last, v], kwargs?.training);
      const result = this.returnSequences ? tf.transpose(outputs, [1, 0, 2]) : last;
      return this.returnState ? [result, last, v] : result;
    });
  }

  /** @nocollapse */
  static override fromConfig<T extends tf.serialization.Serializable>(
    cls: tf.serialization.SerializableConstructor<T>,
    config: tf.serialization.ConfigDict,
  ): T {
    return new cls(config);
  }

  #initialStates(inputs: tf.Tensor, given: tf.Tensor[] | undefined): tf.Tensor[] {
    if (given) return given;
    return this.stateful ? (this.states as tf.Tensor[]) : (this.getInitialState(inputs) as tf.Tensor[]);
  }
}

tf.serialization.registerClass(LTC);
