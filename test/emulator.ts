/** A terminal in memory, which shows what a real one would after the same bytes. */
import xterm from '@xterm/headless';

export class Emulator {
  readonly #terminal: InstanceType<typeof xterm.Terminal>;
  #written = Promise.resolve();

  constructor(columns = 80, rows = 24) {
    this.#terminal = new xterm.Terminal({ cols: columns, rows, scrollback: 10_000, allowProposedApi: true });
  }

  get columns(): number {
    return this.#terminal.cols;
  }

  get rows(): number {
    return this.#terminal.rows;
  }

  write(bytes: string | Uint8Array): void {
    this.#written = this.#written.then(() => new Promise((done) => this.#terminal.write(bytes, done)));
  }

  async resize(columns: number, rows = this.rows): Promise<void> {
    await this.#written;
    this.#terminal.resize(columns, rows);
  }

  /** All lines, those that have left the screen first; without the empty ones at the end. Folded lines are joined. */
  async lines(): Promise<string[]> {
    await this.#written;
    const { active } = this.#terminal.buffer;
    const lines: string[] = [];
    for (let y = 0; y < active.length; y++) {
      const row = active.getLine(y);
      const text = row?.translateToString(true) ?? '';
      if (row?.isWrapped) lines.push((lines.pop() ?? '') + text);
      else lines.push(text);
    }
    while (lines.at(-1) === '') lines.pop();
    return lines;
  }

  /** Where the cursor is, from the first line that {@link lines} gives (of rows), from 0. */
  async cursor(): Promise<{ row: number; column: number }> {
    await this.#written;
    const { baseY, cursorX, cursorY } = this.#terminal.buffer.active;
    return { row: baseY + cursorY, column: cursorX };
  }
}
