/** How a run of a sweep stands, in a word. `interrupted`: it was killed, or its machine went down. */
export type SweepRunState =
  | ('finished' | 'running' | 'queued' | 'failed' | 'stopped' | 'interrupted' | 'not started')
  | ('cancelled' | 'timed out');
