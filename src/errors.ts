/**
 * Every error a user can cause. Each message says what was seen, where, and what to do;
 * the command line prints it without a stack and ends with `exitStatus` (docs/exit-status.md).
 * Anything that is not one of these is a bug: exit status 1, with a stack.
 */
export abstract class NcpTrainError extends Error {
  abstract readonly exitStatus: number;
  override get name(): string {
    return this.constructor.name;
  }
}

/** A wrong command line: an unknown option, model or wiring, a value out of range. */
export class UsageError extends NcpTrainError {
  readonly exitStatus = 2;
}

/** A configuration that contradicts itself, or a weights file that does not fit the model asked for. */
export class ConfigError extends NcpTrainError {
  readonly exitStatus = 2;
}

/** Data that is missing or malformed; also a full disk. */
export class DataError extends NcpTrainError {
  readonly exitStatus = 3;
}

/** NaN or infinity where a model computes. In training that means that it diverged. */
export class NotFiniteError extends DataError {}

/** Training left the finite numbers. */
export class DivergedError extends NcpTrainError {
  readonly exitStatus = 4;
}

/** A backend that was asked for is not there or does not work. */
export class BackendError extends NcpTrainError {
  readonly exitStatus = 5;
}

const CLASSES = [UsageError, ConfigError, NotFiniteError, DataError, DivergedError, BackendError];

/** An error on its way from a thread: messages keep no classes. */
export interface SentError {
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
}

export function sentError(error: unknown): SentError {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  const { name, message, stack } = error;
  return { name, message, stack };
}

/** The error that was sent, of its own class, so that the exit status is what it would have been without the thread. */
export function receivedError({ name, message, stack }: SentError): Error {
  const Known = CLASSES.find((each) => each.name === name);
  return Known ? new Known(message) : Object.assign(new Error(message), { name, stack });
}
