/**
 * The one writer to stdout, for results ({@link print}), and to stderr, for people ({@link say}, bars). What others wrote stands in both, so
 * that all passes text/printable.ts here.
 *
 * A line that is said stays; below the lines, on a terminal, stands what is rewritten: bars. All
 * that is said while work goes on is said here, so that no line lands in a bar.
 *
 * Nothing here runs by itself: bars are drawn when their owner says that they changed, so they neither keep a process
 * alive nor outlive it. Between two writes the cursor rests on their first character, and what is there is erased from
 * the cursor on: so it does not matter to how many rows a terminal that was made narrower has folded them meanwhile.
 */
import { printable, printableLine } from './text/printable.ts';

/** Faster would cost what work could use, slower would look halted. */
const REDRAW_MS = 100;

/** Where a terminal does not say how large it is, as some that programs make. */
const SIZE = { columns: 80, rows: 24 };

/** Control sequences that every terminal of today knows (ECMA-48, and DEC's for wrapping). */
const ERASE = '\r\x1b[J';
const WRAP = { off: '\x1b[?7l', on: '\x1b[?7h' };
const up = (rows: number) => (rows > 0 ? `\x1b[${rows}A` : '');

/** What is rewritten. */
export interface Bars {
  /** Draws them, unless they were drawn a moment ago. */
  changed(): void;
  /** Takes them off, and leaves them as they are at the end as lines, or nothing. Once more does nothing. */
  end(leave: 'lines' | 'nothing'): void;
}

type Lines = (columns: number, isOver: boolean) => readonly string[];

export class Terminal {
  readonly #stream: NodeJS.WriteStream;
  readonly #shown = new Map<Bars, Lines>();
  #drawn = Number.NEGATIVE_INFINITY;

  /** @param stream - whose `columns` and `rows` are asked for at every drawing */
  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  /** Whether anything can be rewritten there: no pipe, no file, no terminal without a cursor to move. */
  get canRewrite(): boolean {
    return this.#stream.isTTY === true && process.env.TERM !== 'dumb';
  }

  /** @param text - a line or several, without the last newline */
  say(text: string): void {
    // On a terminal also without bars: a Ctrl-C leaves ^C where the line is to begin.
    this.#stream.write(`${this.canRewrite ? ERASE : ''}${printable(text)}\n${this.#drawing()}`);
  }

  /**
   * Shows bars, below those that are shown already.
   *
   * @param lines - asked for at every drawing, and when they end (`isOver`): lines of so many characters, what is longer
   *   is cut; where they are more than the terminal has rows, the last ones are shown
   */
  show(lines: Lines): Bars {
    const bars: Bars = {
      changed: () => {
        if (performance.now() - this.#drawn >= REDRAW_MS) this.#stream.write(ERASE + this.#drawing());
      },
      end: (leave) => {
        if (!this.#shown.delete(bars)) return;
        if (this.#shown.size === 0) process.off('exit', this.#endAll);
        const last = leave === 'lines' ? this.#cut(lines, true).map((line) => `${line}\n`) : [];
        this.#stream.write(ERASE + last.join('') + this.#drawing());
      },
    };
    if (this.#shown.size === 0) process.once('exit', this.#endAll);
    this.#shown.set(bars, lines);
    this.#stream.write(ERASE + this.#drawing());
    return bars;
  }

  /** Ends all bars, which stay as lines: for when their work was broken off. */
  endAll(): void {
    for (const bars of this.#shown.keys()) bars.end('lines');
  }

  readonly #endAll = () => this.endAll();

  /** All bars, and the cursor back to their first character. */
  #drawing(): string {
    if (this.#shown.size === 0) return '';
    this.#drawn = performance.now();
    const all = [...this.#shown.values()].flatMap((lines) => this.#cut(lines));
    const shown = all.slice(-Math.max(1, (this.#stream.rows || SIZE.rows) - 1));
    // Without wrapping, lines are rows for sure: characters may be twice as wide, and the terminal smaller than was known.
    return `${WRAP.off}${shown.join('\n')}${WRAP.on}${up(shown.length - 1)}\r`;
  }

  #cut(lines: Lines, isOver = false): string[] {
    const columns = (this.#stream.columns || SIZE.columns) - 1;
    return lines(columns, isOver).map((line) => printableLine(line).slice(0, Math.max(0, columns)));
  }
}

/** That of this process. */
export const terminal = new Terminal(process.stderr);

/** Says a line, or several, to whoever runs this process: what no program reads. */
export const say = (text: string): void => terminal.say(text);

/** Prints a result: what a program may read. @param text - a line or several, without the last newline */
export const print = (text: string): void => console.log(printable(text));
