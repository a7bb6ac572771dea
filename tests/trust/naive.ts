/**
 * A second evaluator of trust policies, written from the documentation alone and in another style than the engine:
 * raw JSON in, regular expressions and strings inside, no trace and no positions. It shares no code with `src/trust`
 * on purpose; the two are compared in `naive.test.ts`. It assumes a well-formed document.
 */
export interface NaiveRequest {
  /** The caller's provider ARN. */
  readonly provider: string
  /** Condition keys: one text, or a list for a multivalued key. */
  readonly keys: { readonly [name: string]: string | readonly string[] }
}

type Json = { [name: string]: unknown }

/** Whether the policy grants the permission to the request. */
export function naiveGrants(policy: Json, permission: string, request: NaiveRequest): boolean {
  const variables = policy['Version'] === '2012-10-17'
  const effects = list(policy['Statement'])
    .map((one) => one as Json)
    .filter((one) => speaks(one, permission, request, variables))
    .map((one) => one['Effect'])
  return effects.includes('Allow') && !effects.includes('Deny')
}

const list = (value: unknown): unknown[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value]

function speaks(statement: Json, permission: string, request: NaiveRequest, variables: boolean): boolean {
  const lists = (principal: unknown): boolean =>
    typeof principal === 'object' &&
    principal !== null &&
    list((principal as Json)['Federated']).includes(request.provider)
  const who = 'NotPrincipal' in statement ? !lists(statement['NotPrincipal']) : lists(statement['Principal'])
  const covers = (patterns: unknown): boolean =>
    list(patterns).some((pattern) => like(String(pattern).toLowerCase(), permission.toLowerCase()))
  const what = 'NotAction' in statement ? !covers(statement['NotAction']) : covers(statement['Action'])
  return who && what && conditions(statement['Condition'] as Json | undefined, request, variables)
}

function conditions(block: Json | undefined, request: NaiveRequest, variables: boolean): boolean {
  return Object.entries(block ?? {}).every(([operator, tests]) =>
    Object.entries(tests as Json).every(([key, wanted]) =>
      holds(operator, key, list(wanted).map(String), request, variables),
    ),
  )
}

function find(request: NaiveRequest, key: string): string | readonly string[] | undefined {
  const value = Object.entries(request.keys).find(([name]) => name.toLowerCase() === key.toLowerCase())?.[1]
  return typeof value === 'object' && value.length === 0 ? undefined : value
}

function holds(
  operator: string,
  key: string,
  wanted: string[],
  request: NaiveRequest,
  variables: boolean,
): boolean {
  const value = find(request, key)
  if (operator === 'Null') {
    return wanted.some((flag) => (flag.toLowerCase() === 'true') === (value === undefined))
  }
  const [set, rest] = operator.includes(':') ? (operator.split(':') as [string, string]) : ['', operator]
  const optional = rest.endsWith('IfExists')
  const base = optional ? rest.slice(0, -'IfExists'.length) : rest
  const negated = base.includes('Not')
  if (value === undefined) {
    if (set === 'ForAllValues') return true
    if (set === 'ForAnyValue') return false
    return optional || negated
  }
  const ready = wanted.flatMap((text) => {
    const expanded =
      /^(String|Arn)/.test(base) && variables ? expand(text, request, /Like|Arn/.test(base)) : text
    return expanded === null ? [] : [expanded]
  })
  const one = (got: string): boolean => {
    const verdicts = ready.map((text) =>
      compare(base.replace('Not', ''), text, got, !(/^(String|Arn)/.test(base) && variables)),
    )
    if (!comparable(base, got)) return false
    return negated ? !verdicts.includes(true) : verdicts.includes(true)
  }
  if (set === 'ForAllValues') return list(value).every((got) => one(String(got)))
  if (set === 'ForAnyValue') return list(value).some((got) => one(String(got)))
  return typeof value === 'string' && one(value)
}

// Literal characters of an expanded value are kept apart from wildcards by private-use marks.
const star = '\ue000'
const mark = '\ue001'

function expand(text: string, request: NaiveRequest, wildcards: boolean): string | null {
  let missing = false
  const parts = text.split(/(\$\{(?:[*?$]|[^{}',]+(?:,\s*'[^']*')?)\})/).map((part, i) => {
    if (i % 2 === 0) return wildcards ? part.replaceAll('*', star).replaceAll('?', mark) : part
    const inner = part.slice(2, -1)
    if (inner.length === 1 && '*?$'.includes(inner)) return inner
    const [name, fallback] = [inner.split(',')[0]!.trim(), /'([^']*)'/.exec(inner)?.[1]]
    const value = find(request, name)
    if (typeof value === 'string') return value
    if (fallback === undefined) missing = true
    return fallback ?? ''
  })
  return missing ? null : parts.join('')
}

function comparable(base: string, got: string): boolean {
  if (/Arn/.test(base)) return /^arn(:[^:]*){4}:/.test(got)
  return !/IpAddress/.test(base) || bits(got, true) !== null
}

function compare(base: string, wanted: string, got: string, plain: boolean): boolean {
  const pattern = plain ? wanted.replaceAll('*', star).replaceAll('?', mark) : wanted
  switch (base) {
    case 'StringEquals':
      return wanted === got
    case 'StringEqualsIgnoreCase':
      return wanted.toLowerCase() === got.toLowerCase()
    case 'StringLike':
      return marked(pattern, got)
    case 'ArnEquals':
    case 'ArnLike':
      return arn(pattern, got)
    case 'Bool':
      return (wanted.toLowerCase() === 'true') === (got.toLowerCase() === 'true')
    case 'BinaryEquals':
      return base64(wanted) && base64(got) && atob(wanted) === atob(got)
    case 'IpAddress':
      return inside(wanted, got)
  }
  const order = base.startsWith('Date')
    ? difference(date(got), date(wanted))
    : difference(number(got), number(wanted))
  if (order === null) return false
  const relation = base.replace(/^(Date|Numeric)/, '')
  if (relation === 'Equals') return order === 0
  if (order === 0) return relation.endsWith('Equals')
  return relation.startsWith('LessThan') ? order < 0 : order > 0
}

const quoted = (text: string): string =>
  text.replace(/[^\w\ue000\ue001]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)

// Without the `u` flag a dot is one UTF-16 unit.
function marked(pattern: string, got: string, any = '[\\s\\S]'): boolean {
  return new RegExp(`^${quoted(pattern).replaceAll(star, `${any}*`).replaceAll(mark, any)}$`).test(got)
}

function like(pattern: string, got: string): boolean {
  return marked(pattern.replaceAll('*', star).replaceAll('?', mark), got)
}

function arn(pattern: string, got: string): boolean {
  const wanted = pattern.split(':')
  const parts = got.split(':')
  if (wanted.length < 6 || parts.length < 6) return false
  const six = (all: string[]): string[] => [...all.slice(0, 5), all.slice(5).join(':')]
  return six(wanted).every((field, i) => marked(field, six(parts)[i]!))
}

function base64(text: string): boolean {
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text)
}

function number(text: string): number | null {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : null
}

function date(text: string): number | null {
  if (/^-?\d+(\.\d+)?$/.test(text)) return Number(text) * 1000
  if (!/^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d))?$/.test(text)) return null
  const [, , day] = text.split('T')[0]!.split('-').map(Number)
  const parsed = Date.parse(text)
  return Number.isNaN(parsed) || new Date(Date.parse(text.slice(0, 10))).getUTCDate() !== day ? null : parsed
}

function difference(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a - b
}

// An address as a string of bits, 32 or 128 of them.
function bits(text: string, caller = false): string | null {
  const octets = text.split('.')
  if (octets.length === 4 && octets.every((octet) => /^(0|[1-9]\d*)$/.test(octet) && Number(octet) < 256)) {
    return octets.map((octet) => Number(octet).toString(2).padStart(8, '0')).join('')
  }
  const mapped = caller ? /^::ffff:([\d.]+)$/i.exec(text)?.[1] : undefined
  if (mapped !== undefined) return bits(mapped)
  if (!/^[0-9a-f:]+$/i.test(text) || !text.includes(':') || text.split('::').length > 2) return null
  const [left, right] = text.split('::').map((half) => half.split(':').filter((word) => word !== '')) as [
    string[],
    string[]?,
  ]
  const words =
    right === undefined
      ? left
      : [...left, ...Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0'), ...right]
  if (words.length !== 8 || words.some((word) => word.length > 4)) return null
  return words.map((word) => Number.parseInt(word, 16).toString(2).padStart(16, '0')).join('')
}

function inside(range: string, got: string): boolean {
  const [host, size] = range.split('/') as [string, string?]
  const network = bits(host)
  const address = bits(got, true)
  if (network === null || address === null || network.length !== address.length) return false
  const length = size === undefined ? network.length : Number(size)
  if (length > network.length || (network.length === 128 && network.slice(length).includes('1'))) return false
  return network.slice(0, length) === address.slice(0, length)
}
