import { encodeHtml, htmlPage } from './html.ts'

/** A published document as the page needs it. */
export interface PublishedDocument {
  readonly openapi: string
  readonly info: {
    readonly title: string
    readonly version: string
    readonly description: string
    readonly license: object
  }
  readonly paths: { readonly [path: string]: { readonly [method: string]: PublishedOperation } }
  readonly components: {
    readonly schemas: { readonly [name: string]: unknown }
    readonly securitySchemes: object
  }
}

interface PublishedOperation {
  readonly operationId: string
  readonly summary: string
  readonly 'x-permission': string | { readonly [kind: string]: string }
  readonly parameters?: readonly {
    readonly name: string
    readonly in: string
    readonly required: boolean
    readonly description?: string
    readonly schema: unknown
  }[]
  readonly requestBody?: { readonly required: boolean; readonly content: Contents }
  readonly responses: { readonly [status: string]: PublishedResponse }
}

interface PublishedResponse {
  readonly description: string
  readonly content?: Contents
}

type Contents = { readonly [mediaType: string]: { readonly schema: unknown } }

/**
 * The published document as a page to read: every route with its parameters, bodies and answers, and every schema by name.
 * It holds no script and loads nothing but its style sheet from this server, so it stands under the strictest policy.
 */
export function openApiPage({ info, paths, components }: PublishedDocument): string {
  const groups = new Map<string, string[]>()
  for (const [path, operations] of Object.entries(paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      const group = groupOf(path)
      groups.set(group, [...(groups.get(group) ?? []), operationSection(path, method, operation)])
    }
  }
  const schemas = Object.entries(components.schemas).sort(([a], [b]) => (a < b ? -1 : 1))
  const anchors = [...groups.keys(), 'Schemas']
  const body = [
    `<header><h1>${encodeHtml(info.title)} HTTP API</h1>`,
    `<p>${encodeHtml(info.description)} The same for programs: <a href="/api/esc/openapi.json">openapi.json</a>.</p>`,
    '<p>Send <code>Authorization: token &lt;access token&gt;</code>. A refusal is <code>{"code", "message"}</code> with the',
    'HTTP status as <code>code</code>; the headers <code>OpenESC-Reason</code> and <code>OpenESC-Hint</code> say more.</p>',
    '</header>',
    `<nav aria-label="Sections"><ul>${anchors.map((name) => `<li><a href="#${anchor(name)}">${encodeHtml(name)}</a></li>`).join('')}</ul></nav>`,
    '<main>',
    ...[...groups].map(([name, sections]) =>
      [`<section id="${anchor(name)}"><h2>${encodeHtml(name)}</h2>`, ...sections, '</section>'].join('\n'),
    ),
    '<section id="schemas"><h2>Schemas</h2>',
    ...schemas.map(
      ([name, schema]) =>
        `<details id="schema-${anchor(name)}"><summary><code>${encodeHtml(name)}</code></summary>${schemaBlock(schema)}</details>`,
    ),
    '</section>',
    '</main>',
  ]
  return htmlPage({ title: `${info.title} HTTP API`, style: '/api/esc/docs.css', body })
}

const groupNames: readonly (readonly [RegExp, string])[] = [
  [/\/(?:open|check)(?:\/|$)|\/yaml\//, 'Checking and opening'],
  [/\{env\}\/versions/, 'Revisions and revision tags'],
  [/\{env\}\/tags|\{org\}\/tags/, 'Environment tags'],
  [/\{env\}\/(?:drafts|gates)|change-requests/, 'Approvals'],
  [/\{env\}\/(?:rotate|schedules)/, 'Rotation and schedules'],
  [/\{env\}\/hooks/, 'Webhooks'],
  [/^\/api\/esc\/environments/, 'Environments'],
  [/^\/api\/esc\//, 'Catalogue'],
  [/^\/api\/(?:user|oauth)|\/oidc|auth\/policies/, 'Identity and login'],
  [/^\/api\/orgs/, 'Organizations'],
]

function groupOf(path: string): string {
  return groupNames.find(([pattern]) => pattern.test(path))?.[1] ?? 'The server'
}

function operationSection(path: string, method: string, operation: PublishedOperation): string {
  const { operationId, summary, parameters = [], requestBody, responses } = operation
  const rows = parameters.map(
    ({ name, in: place, required, description = '', schema }) =>
      `<tr><td><code>${encodeHtml(name)}</code></td><td>${encodeHtml(place)}${required ? '' : ', optional'}</td><td>${encodeHtml(description)}${inline(schema)}</td></tr>`,
  )
  return [
    `<article id="${anchor(operationId)}">`,
    `<h3><span class="method">${encodeHtml(method.toUpperCase())}</span> <code>${encodeHtml(path)}</code></h3>`,
    `<p>${encodeHtml(summary)}. <span class="needs">${encodeHtml(needs(operation['x-permission']))}</span></p>`,
    rows.length === 0 ? '' : `<table><tbody>${rows.join('')}</tbody></table>`,
    requestBody === undefined
      ? ''
      : `<p>Body${requestBody.required ? '' : ' (may be absent)'}: ${contents(requestBody.content)}</p>`,
    `<ul>${Object.entries(responses)
      .map(([status, response]) => `<li><b>${encodeHtml(status)}</b> ${answer(response)}</li>`)
      .join('')}</ul>`,
    '</article>',
  ].join('\n')
}

function needs(permission: PublishedOperation['x-permission']): string {
  if (permission === 'public') return 'Needs no token.'
  if (permission === 'caller') return 'Needs a token.'
  return `Needs ${Object.entries(permission)
    .map(([kind, name]) => `${name} on the ${kind}`)
    .join(', ')}.`
}

function answer({ description, content }: PublishedResponse): string {
  return `${encodeHtml(description)}${content === undefined ? '' : ` ${contents(content)}`}`
}

function contents(content: Contents): string {
  return Object.entries(content)
    .map(([mediaType, { schema }]) => `<code>${encodeHtml(mediaType)}</code>${inline(schema)}`)
    .join(' or ')
}

/** A named schema as a link, a small one in words, any other as JSON behind a fold. */
function inline(schema: unknown): string {
  const reference = isRecord(schema) ? schema['$ref'] : undefined
  if (typeof reference === 'string') {
    const name = reference.split('/').at(-1) ?? ''
    return ` <a href="#schema-${anchor(name)}">${encodeHtml(name)}</a>`
  }
  const text = JSON.stringify(schema)
  if (text === undefined || text === '{}') return ''
  if (text.length <= 120) return ` <code>${encodeHtml(text)}</code>`
  return `<details><summary>schema</summary>${schemaBlock(schema)}</details>`
}

function schemaBlock(schema: unknown): string {
  const text = encodeHtml(JSON.stringify(schema, null, 2) ?? '')
  const linked = text.replace(
    /#\/components\/schemas\/(\w+)/g,
    (whole, name: string) => `<a href="#schema-${anchor(name)}">${whole}</a>`,
  )
  return `<pre>${linked}</pre>`
}

function anchor(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]+/g, '-')
}

function isRecord(value: unknown): value is { readonly [member: string]: unknown } {
  return typeof value === 'object' && value !== null
}

/** The page's style sheet. */
export const openApiStyle = `:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { max-width: 60rem; margin: 0 auto; padding: 1rem }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1rem; padding: 0; list-style: none }
article { border-top: 1px solid #8886; padding: .5rem 0 }
h3 { font-size: 1rem; margin: .5rem 0; overflow-wrap: anywhere }
.method { display: inline-block; min-width: 4.5rem; font-family: ui-monospace, monospace }
.needs { opacity: .8 }
table { border-collapse: collapse }
td { padding: .1rem .75rem .1rem 0; vertical-align: top }
pre, code { font-family: ui-monospace, monospace; font-size: .9em }
pre { overflow-x: auto; background: #8881; padding: .5rem }
`
