/** What a page of this server is made of. `body` is lines of HTML. */
export interface Page {
  readonly title: string
  /** The path of its style sheet; pages load nothing else, and hold no script (S-57). */
  readonly style: string
  readonly body: readonly string[]
}

/** A whole HTML document. */
export function htmlPage({ title, style, body }: Page): string {
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${encodeHtml(title)}</title>`,
    `<link rel="stylesheet" href="${encodeHtml(style)}">`,
    '</head>',
    '<body>',
    ...body,
    '</body>',
    '</html>',
    '',
  ].join('\n')
}

/** A text as it stands between tags and in quoted attributes. */
export function encodeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}
