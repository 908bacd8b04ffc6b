/** Whether a page is well-formed as XML: tags balanced, attributes quoted, no stray `<` or `&`. What is wrong, or nothing. */
export function malformations(page: string): string[] {
  const faults: string[] = [];
  const open: string[] = [];
  const attribute = /\s+[\w:-]+="[^"<]*"/g;
  const body = page.replace(/^<!DOCTYPE html>\n/, '').replace(/<style>[^<]*<\/style>/, '');
  let at = 0;
  for (const { 0: tag, 1: slash, 2: name, 3: rest, index } of body.matchAll(
    /<(\/?)([a-z][\w:-]*)((?:[^<>"]|"[^"]*")*)>/g,
  )) {
    const text = body.slice(at, index);
    if (/[<>]|&(?!(?:amp|lt|gt|quot|#39);)/.test(text))
      faults.push(`stray character in: ${text.slice(0, 80)}`);
    at = index + tag.length;
    if (slash) {
      if (open.pop() !== name) faults.push(`</${name}> closes nothing`);
    } else {
      if (rest.replace(attribute, '').replace(/\s*\/$/, '') !== '')
        faults.push(`odd attributes: ${tag.slice(0, 80)}`);
      if (/&(?!(?:amp|lt|gt|quot|#39);)/.test(rest)) faults.push(`stray & in ${tag.slice(0, 80)}`);
      if (!rest.endsWith('/')) open.push(name);
    }
  }
  return open.length > 0 ? [...faults, `not closed: ${open.join(', ')}`] : faults;
}
