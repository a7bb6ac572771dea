import { AwsRefusal } from './aws-refusal.ts'

/** The parameters of one call; the last of two equal names wins. */
export type Params = ReadonlyMap<string, string>

/** One `member` of a list of structures, by member name. */
export type Member = ReadonlyMap<string, string>

/**
 * The parameters of an `application/x-www-form-urlencoded` text; an unescaped `+` is a space.
 *
 * @throws AwsRefusal `MalformedQueryString` on a broken percent escape or on bytes that are not UTF-8
 */
export function parseParams(text: string): Params {
  const params = new Map<string, string>()
  for (const pair of text.split('&')) {
    if (pair === '') continue
    const split = pair.indexOf('=')
    const name = split < 0 ? pair : pair.slice(0, split)
    params.set(decodeForm(name), split < 0 ? '' : decodeForm(pair.slice(split + 1)))
  }
  return params
}

function decodeForm(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    throw new AwsRefusal('MalformedQueryString', 400, 'The query string contains a syntax error.')
  }
}

/** The texts of `<name>.member.1`, `.2` … in index order; `null` when the list is not in the request at all. */
export function textList(params: Params, name: string): readonly string[] | null {
  const members = memberEntries(params, name)
  if (members.length === 0) return params.has(name) ? [] : null
  return members.filter(([, rest]) => rest === '').map(([, , value]) => value)
}

/** The structures of `<name>.member.1.<member>` in index order; `null` when the list is absent. */
export function structList(params: Params, name: string): readonly Member[] | null {
  const members = memberEntries(params, name)
  if (members.length === 0) return params.has(name) ? [] : null
  const byIndex = new Map<number, Map<string, string>>()
  for (const [index, rest, value] of members) {
    const member = byIndex.get(index) ?? new Map<string, string>()
    byIndex.set(index, member)
    if (rest.startsWith('.')) member.set(rest.slice(1), value)
  }
  return [...byIndex.values()]
}

function memberEntries(params: Params, name: string): (readonly [number, string, string])[] {
  const prefix = `${name}.member.`
  const entries: (readonly [number, string, string])[] = []
  for (const [key, value] of params) {
    if (!key.startsWith(prefix)) continue
    const match = /^(\d{1,6})(\..*)?$/s.exec(key.slice(prefix.length))
    if (match === null) continue
    entries.push([Number(match[1]), match[2] ?? '', value])
  }
  return entries.sort((a, b) => a[0] - b[0])
}

/**
 * An integer parameter as AWS reads it: optional sign, leading zeros, 32 bits. `undefined` when absent.
 *
 * @throws AwsRefusal `MalformedInput` on white space, a fraction, an exponent or overflow
 */
export function integer(params: Params, name: string): number | undefined {
  const text = params.get(name)
  if (text === undefined) return undefined
  const value = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN
  if (value >= -2_147_483_648 && value <= 2_147_483_647) return value
  throw malformed(name, text, 'an integer of 32 bits')
}

/**
 * A boolean parameter: `true`, `false`, `1` or `0` and nothing else. `undefined` when absent.
 *
 * @throws AwsRefusal `MalformedInput`
 */
export function boolean(params: Params, name: string): boolean | undefined {
  const text = params.get(name)
  if (text === undefined) return undefined
  if (text === 'true' || text === '1') return true
  if (text === 'false' || text === '0') return false
  throw malformed(name, text, '`true`, `false`, `1` or `0`')
}

function malformed(name: string, got: string, wanted: string): AwsRefusal {
  return new AwsRefusal('MalformedInput', 400, `Unable to parse the value of ${name}`, {
    reasonCode: 'MALFORMED_INPUT',
    reason: `${name} must be ${wanted}, got \`${got.slice(0, 64)}\``,
    suggestion: `send ${name} as ${wanted}; a plus sign must be escaped as %2B`,
  })
}
