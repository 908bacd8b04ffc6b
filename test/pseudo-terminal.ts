/** The built command line on a pseudo-terminal, as a user sees and types: what is on the screen, keys, a size, a hangup. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { ENTRY } from './e2e/command-line.ts';
import { Emulator } from './emulator.ts';
import { PYTHON } from './require.ts';

const PROGRAM = join(import.meta.dirname, 'programs/pseudo-terminal.py');

export const CTRL_C = '\x03';

/** Two key presses so many milliseconds apart are two for the program, not one that came twice. */
export const SLOWLY = 400;

/** Environment in which a training that is stopped never ends by itself: its checkpoint is stuck, as on a disk that is gone. */
export const STUCK = {
  NODE_OPTIONS: `--import ${join(import.meta.dirname, 'programs/stuck-checkpoint.mjs')}`,
};

export class PseudoTerminal {
  readonly screen: Emulator;
  /** Exit status; 128 + N where signal N ended the command. */
  readonly ended: Promise<number | null>;
  #output = '';
  #isOver = false;
  readonly #process;
  readonly #waiting = new Set<() => void>();

  /** @param environment - added to this process's */
  constructor(
    args: readonly string[],
    {
      columns = 100,
      rows = 30,
      environment = {} as Record<string, string>,
      program = [process.execPath, ENTRY],
    } = {},
  ) {
    this.screen = new Emulator(columns, rows);
    const env = { ...process.env, TERM: 'xterm-256color', ...environment };
    this.#process = spawn(PYTHON, [PROGRAM, String(columns), String(rows), ...program, ...args], {
      env,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    onTestFinished(() => void this.#process.kill('SIGKILL'));
    this.#process.stdin.on('error', () => undefined); // an order to a command that has ended
    this.#process.stdout.on('data', (bytes: Buffer) => {
      this.screen.write(bytes);
      this.#output += bytes.toString();
      this.#look();
    });
    this.ended = new Promise((resolve) =>
      this.#process.on('close', (status) => {
        this.#isOver = true;
        this.#look();
        resolve(status);
      }),
    );
  }

  /** Waits until a text was printed, since the last text that was waited for. @throws Error if the command ends before */
  async printed(pattern: RegExp): Promise<void> {
    for (;;) {
      const found = pattern.exec(this.#output);
      if (found) {
        this.#output = this.#output.slice(found.index + found[0].length);
        return;
      }
      if (this.#isOver)
        throw new Error(`not printed: ${pattern}, but\n${(await this.screen.lines()).join('\n')}`);
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  type(text: string): void {
    this.#order(`type ${JSON.stringify(text)}`);
  }

  kill(signal: NodeJS.Signals): void {
    this.#order(`signal ${signal}`);
  }

  /** Closes the terminal: the command is sent SIGHUP, and can neither read nor write any more. */
  hangUp(): void {
    this.#order('hangup');
  }

  async resize(columns: number, rows: number): Promise<void> {
    await this.screen.resize(columns, rows);
    this.#order(`size ${columns} ${rows}`);
  }

  #order(order: string): void {
    this.#process.stdin.write(`${order}\n`);
  }

  #look(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}

/** What stands before the figures of a bar may be cut, and the bar left out, where there is little room. */
const BAR = /\d of [\d,]+ (frames|per cent|pictures|steps|maps)/;
const ENDED =
  /^[^[\]]+( \[=* *\])? [\d,]+ of [\d,]+ [a-z ]+(, [\d.,]+ [a-z ]+\/s)?(, (took|ended after) [\dhmins ]+)?$/;

/**
 * The screen of a command that has ended: no line stands in a bar or a bar in a line, all bars have ended, no key press is left,
 * and the shell's prompt comes on a line of its own.
 */
export async function endedScreen({ screen }: PseudoTerminal): Promise<string[]> {
  const lines = await screen.lines();
  const text = lines.join('\n');
  for (const line of lines.filter((one) => BAR.test(one))) expect(line, text).toMatch(ENDED);
  expect(text).not.toContain('^C');
  expect((await screen.cursor()).column, text).toBe(0);
  return lines;
}
