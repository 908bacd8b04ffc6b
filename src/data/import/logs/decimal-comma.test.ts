import { describe, expect, test } from 'vitest';
import { evenRows } from './decimal-comma.ts';

/** Rows of cells between commas, one a line from line 1, read with these columns. */
function read(lines: readonly string[], width: number | undefined, used: readonly number[], isNamed = true) {
  const notes: string[] = [];
  const rows = lines.map((line, i) => ({ cells: line.split(','), where: `log.csv:${i + 1}` }));
  return { rows: evenRows(rows, { width, isNamed, used }, 'log.csv', notes), notes };
}

describe('decimal commas that add columns', () => {
  test('are joined again where all rows have them in the same columns', () => {
    const { rows, notes } = read(['a.jpg,-0,25,0,7,8E-05', 'b.jpg,0,05,0,12,1822'], 4, [1]);
    expect(rows.map(({ cells }) => cells[1])).toEqual(['-0.25', '0.05']);
    expect(rows[0].cells).toHaveLength(4);
    expect(notes).toEqual([
      'log.csv: numbers have decimal commas, without quotes between commas; read as such',
    ]);
  });

  test('a row with a whole number is read where that leaves no doubt about what is used', () => {
    const usual = Array.from({ length: 30 }, (_, i) => `a.jpg,0,0${i + 1},0,12,18`);
    // 0 | 0 | 12.18 or 0.0 | 12 | 18: the first is 0 either way.
    const { rows } = read([...usual, 'b.jpg,0,0,12,18'], 4, [1]);
    expect(rows[30]).toMatchObject({ where: 'log.csv:31' });
    expect(Number(rows[30].cells[1])).toBe(0);
    expect(rows.some(({ fault }) => fault !== undefined)).toBe(false);
  });

  test('a row that can be read to two values is a fault of its line, with both', () => {
    const usual = Array.from({ length: 30 }, (_, i) => `a.jpg,0,0${i + 1},0,12,18`);
    const { rows } = read([...usual, 'b.jpg,0,25,0,12'], 4, [1]);
    expect(rows[30].fault).toBe(
      'log.csv:31: numbers have decimal commas without quotes, and the row can be read as 0 and as 0.25',
    );
  });

  test('a row that was cut off where a whole one would end is not taken for one', () => {
    const usual = Array.from({ length: 30 }, (_, i) => `a.jpg,0,0${i + 1},0,12,18`);
    const { rows } = read([...usual, 'b.jpg,0,25,0', 'c.jpg,0,0,0'], 4, [1]);
    expect(rows[30].fault).toContain('the row can be read as 0 and as 0.25');
    expect(rows[31]).toMatchObject({ cells: ['c.jpg', '0', '0', '0'] });
  });

  test('rows that can be joined in 12,870 ways cost no more than their cells', () => {
    let reads = 0;
    const counted = (cells: string[]) =>
      new Proxy(cells, {
        get(target, key, receiver) {
          if (typeof key === 'string' && /^\d+$/.test(key)) reads++;
          return Reflect.get(target, key, receiver);
        },
      });
    const [count, cells] = [200, 24];
    const rows = Array.from({ length: count }, (_, i) => ({
      cells: counted(Array.from({ length: cells }, (_, k) => String(1 + ((i + k) % 9)))),
      where: `log.csv:${i + 1}`,
    }));
    const found = evenRows(rows, { width: 16, isNamed: true, used: [7] }, 'log.csv', []);
    expect(found.every(({ fault }) => fault?.includes('can be read as'))).toBe(true);
    expect(reads).toBeLessThan(20 * count * cells);
  });

  test('nothing is joined where any number has a decimal point', () => {
    const { rows, notes } = read(['a.jpg,0,5,1', 'b.jpg,0.5,1'], 3, [1]);
    expect(rows.map(({ fault }) => fault)).toEqual(['log.csv:1: 4 columns, expected 3', undefined]);
    expect(notes).toEqual([]);
  });
});

describe('decimal commas within cells', () => {
  const cellsOf = (...numbers: string[]) => {
    const notes: string[] = [];
    const rows = numbers.map((number, i) => ({ cells: ['a,1.jpg', number], where: `log.csv:${i + 1}` }));
    return { rows: evenRows(rows, { isNamed: false, used: [1] }, 'log.csv', notes), notes };
  };

  test('become points, in the columns used alone, and that is said', () => {
    const { rows, notes } = cellsOf('0,5', '-1,25E-3', '7');
    expect(rows.map(({ cells }) => cells)).toEqual([
      ['a,1.jpg', '0.5'],
      ['a,1.jpg', '-1.25E-3'],
      ['a,1.jpg', '7'],
    ]);
    expect(notes).toEqual(['log.csv: numbers have decimal commas; read as such']);
  });

  test('beside decimal points in the same column are a fault of their line', () => {
    expect(cellsOf('0.5', '0,5', '0.7').rows.map(({ fault }) => fault)).toEqual([
      undefined,
      'log.csv:2: "0,5" has a comma, other numbers of its column a decimal point, such as 0.5',
      undefined,
    ]);
  });

  test('that may separate thousands are a fault, unless others tell that they do not', () => {
    expect(cellsOf('1,234', '2').rows[0].fault).toBe(
      'log.csv:1: "1,234" may have a decimal comma or be a thousand',
    );
    expect(cellsOf('1,234', '0,234').rows.map(({ cells }) => cells[1])).toEqual(['1.234', '0.234']);
  });

  test('are not looked for where there are none', () => {
    expect(cellsOf('0.5', '1').notes).toEqual([]);
  });
});

describe('rows of another length', () => {
  test('are faults, too long or too short, and never padded', () => {
    const { rows } = read(['a.jpg,0.1,5', 'b.jpg,0.2', 'c.jpg,0.3,5,6'], 3, [1]);
    expect(rows.map(({ fault }) => fault)).toEqual([
      undefined,
      'log.csv:2: 2 columns, expected 3',
      'log.csv:3: 4 columns, expected 3',
    ]);
  });

  test('empty cells at the end are none', () => {
    const { rows } = read(['a.jpg,0.1,', 'b.jpg,0.2,,'], 2, [1]);
    expect(rows.map(({ cells, fault }) => [cells.length, fault])).toEqual([
      [2, undefined],
      [2, undefined],
    ]);
  });

  test('without a header most rows say how many there are', () => {
    const { rows } = read(['a.jpg,0.1,5,6', 'b.jpg,0.2,5,6', 'c.jpg,0.3'], 3, [1], false);
    expect(rows.map(({ fault }) => fault)).toEqual([
      undefined,
      undefined,
      'log.csv:3: 2 columns, expected 4',
    ]);
  });
});
