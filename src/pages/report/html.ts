/**
 * The few pieces of HTML that a report is made of. Everything that comes from a file or a user goes through `escaped`; the
 * text is well-formed XML too, so that any parser reads it.
 */

/** As text or as the value of an attribute. Characters that no page may hold are shown as such. */
export function escaped(text: string): string {
  const entities: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text
    .replace(/[&<>"']/g, (character) => entities[character])
    .replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD');
}

export const paragraph = (text: string, kind?: 'warning' | 'missing'): string =>
  `<p${kind ? ` class="${kind}"` : ''}>${escaped(text)}</p>`;

/** @returns nothing where there is nothing to list */
export const list = (items: readonly string[]): string =>
  items.length === 0 ? '' : `<ul>${items.map((item) => `<li>${escaped(item)}</li>`).join('')}</ul>`;

export const commandLine = (command: string): string => `<pre><code>${escaped(command)}</code></pre>`;

/** A column of nothing but figures stands to the right. @param rows - of as many cells as the head */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const isFigures = head.map((_, c) => rows.length > 0 && rows.every((row) => isFigure(row[c])));
  const kind = (c: number) => (isFigures[c] ? ' class="number"' : '');
  const cell = (text: string, c: number) => `<td${kind(c)}>${escaped(text)}</td>`;
  return [
    '<div class="wide"><table>',
    `<thead><tr>${head.map((text, c) => `<th scope="col"${kind(c)}>${escaped(text)}</th>`).join('')}</tr></thead>`,
    `<tbody>${rows.map((row) => `<tr>${row.map(cell).join('')}</tr>`).join('\n')}</tbody>`,
    '</table></div>',
  ].join('\n');
}

/** `1.5`, `1.5 ± 0.2`, `–`; also an empty cell. */
const isFigure = (text: string) => /^(–?|-?[\d.,]+(e[+-]?\d+)?( ± [\d.]+)?)$/i.test(text);
