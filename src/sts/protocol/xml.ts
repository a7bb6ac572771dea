/** An answer before it is written: lists become `<member>` elements, `undefined` and `null` are left out. */
export type XmlNode = string | number | boolean | null | undefined | readonly XmlNode[] | XmlRecord

/** Element names to contents, in order. */
export interface XmlRecord {
  readonly [name: string]: XmlNode
}

const namespaces = {
  iam: 'https://iam.amazonaws.com/doc/2010-05-08/',
  sts: 'https://sts.amazonaws.com/doc/2011-06-15/',
} as const

/** Which of the two protocols a call speaks. */
export type Service = keyof typeof namespaces

/** The success document of `action`; `result` null for a call without output. */
export function renderSuccess(
  service: Service,
  action: string,
  result: XmlRecord | null,
  requestId: string,
): string {
  const body = result === null ? '' : element(`${action}Result`, result)
  const metadata = element('ResponseMetadata', { RequestId: requestId })
  return `<${action}Response xmlns="${namespaces[service]}">${body}${metadata}</${action}Response>\n`
}

/** The error document; `Type` is `Sender` for a 4xx status and `Receiver` for a 5xx. */
export function renderError(
  service: Service,
  error: { readonly code: string; readonly status: number; readonly message: string },
  requestId: string,
): string {
  const type = error.status >= 500 ? 'Receiver' : 'Sender'
  const body = element('Error', { Type: type, Code: error.code, Message: error.message })
  const id = element('RequestId', requestId)
  return `<ErrorResponse xmlns="${namespaces[service]}">${body}${id}</ErrorResponse>\n`
}

function element(name: string, node: XmlNode): string {
  if (node === null || node === undefined) return ''
  return `<${name}>${content(node)}</${name}>`
}

function content(node: XmlNode): string {
  if (node === null || node === undefined) return ''
  if (typeof node !== 'object') return escapeXml(String(node))
  if (isList(node)) return node.map((item) => element('member', item)).join('')
  return Object.entries(node)
    .map(([name, child]) => element(name, child))
    .join('')
}

function isList(node: readonly XmlNode[] | XmlRecord): node is readonly XmlNode[] {
  return Array.isArray(node)
}

/**
 * Text as XML 1.0 content. Characters that XML cannot carry at all, such as NUL or a lone surrogate, become
 * U+FFFD; carriage return, line feed and tab are written as references so that no parser normalises them.
 */
export function escapeXml(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
    .replace(/[&<>"'\r\n\t]/g, (character) => `&#${character.charCodeAt(0)};`)
}
