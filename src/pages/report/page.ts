/** The page around the sections: head, table of contents, style. It loads nothing, from nowhere, and says so to the browser. */
import { escaped } from './html.ts';
import { STYLE } from './style.ts';

export interface Section {
  readonly id: string;
  readonly title: string;
  /** False where the page only says how it would be made. */
  readonly isMade: boolean;
  readonly html: string;
}

/** @param remarks - a line each below the title */
export function pageOf(title: string, remarks: readonly string[], sections: readonly Section[]): string {
  const contents = sections.map(
    ({ id, title, isMade }) =>
      `<li><a href="#${id}">${escaped(title)}</a>${isMade ? '' : ' <span class="missing">(not made yet)</span>'}</li>`,
  );
  return `<!DOCTYPE html>
<html lang="en" xmlns="http://www.w3.org/1999/xhtml">
<head>
<meta charset="utf-8" />
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<title>${escaped(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>${escaped(title)}</h1>
${remarks.map((remark) => `<p>${escaped(remark)}</p>`).join('\n')}
</header>
<nav aria-label="Contents">
<ol>
${contents.join('\n')}
</ol>
</nav>
<main>
${sections.map(({ id, title, html }) => `<section id="${id}">\n<h2>${escaped(title)}</h2>\n${html}\n</section>`).join('\n')}
</main>
</body>
</html>
`;
}
