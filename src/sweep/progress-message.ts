/** How far a run is, as its process tells the sweep that started it. */
export type RunProgress =
  | {
      readonly kind: 'batch';
      readonly epoch: number;
      readonly epochs: number;
      readonly batch: number;
      readonly batches: number;
      /** Mean of the epoch so far. */
      readonly loss: number;
    }
  | {
      readonly kind: 'epoch';
      readonly epoch: number;
      readonly epochs: number;
      readonly train: number;
      readonly valid: number;
    };
