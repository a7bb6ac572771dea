/** What is known about one comparison. */
export interface Comparison {
  readonly name: string
  readonly stream: 'stdout' | 'stderr'
  readonly expected: string
  readonly actual: string
}

/** Places where a correct server says something else than the transcript, by transcript name; each with its reason. */
const patches: Readonly<
  Record<string, readonly { readonly from: string; readonly to: string; readonly why: string }[]>
> = {
  'env-version-retract': [
    {
      from: 'replaced with revision 42.',
      to: 'replaced with revision 1.',
      why: '42 is made up: the default is the newest revision before it that is not retracted',
    },
  ],
  'env-schedule-ok': [
    {
      from: [
        '┌───────┬──────────────────────┬─────────┬───────────┐',
        '│ ID    │ EXECUTED             │ VERSION │ RESULT    │',
        '├───────┼──────────────────────┼─────────┼───────────┤',
        '│ evt-1 │ 2026-05-13T12:30:00Z │       1 │ succeeded │',
        '└───────┴──────────────────────┴─────────┴───────────┘',
        '',
      ].join('\n'),
      to: '',
      why: 'nothing was executed, so there is nothing to list',
    },
  ],
  'env-provider-missing-env': [
    {
      from: 'Error: getting environment definition: not found',
      to: 'Error: environment test-user/default/missing does not exist; pass --create to create it, or run `esc env init test-user/default/missing` first',
      why: 'a server answers 404 with a code, which the command line knows how to explain',
    },
  ],
}

/** The first difference between expected and actual text, or null. Both sides go through the same rules first. */
export function difference({ name, stream, expected, actual }: Comparison): string | null {
  const patched = (patches[name] ?? []).reduce((text, { from, to }) => text.replaceAll(from, to), expected)
  const wanted = patched.split('\n')
  const got = withoutEmptyValues(actual.split('\n'), wanted)
  const length = Math.max(wanted.length, got.length)
  const collapse = got.some((line, at) => isTable(line) && madeByScript(line, got[at - 1] ?? ''))
  for (let at = 0; at < length; at += 1) {
    if (same(wanted, got, at, collapse)) continue
    const command = got.slice(0, at + 1).findLast((line) => line.startsWith('> ')) ?? ''
    return [
      `${stream} line ${at + 1}, after ${JSON.stringify(command)}:`,
      `  wanted ${show(wanted[at])}`,
      `  got    ${show(got[at])}`,
    ].join('\n')
  }
  return null
}

function show(line: string | undefined): string {
  return line === undefined ? '(the end)' : JSON.stringify(line)
}

function same(wanted: readonly string[], got: readonly string[], at: number, collapse: boolean): boolean {
  const left = wanted[at]
  const right = got[at]
  if (left === right) return true
  if (left === undefined || right === undefined) return false
  const script = madeByScript(right, got[at - 1] ?? '')
  const rules = [serverErrors, (line: string) => (script ? timesAndPeople(line) : line), withoutLatest]
  if (collapse && isTable(right)) rules.push(collapseTable)
  const apply = (line: string) => rules.reduce((text, rule) => rule(text), line)
  return apply(left) === apply(right) || apply(left) === apply(bareName(right))
}

/** A server's error is compared by its code. */
const codes: readonly (readonly [RegExp, string])[] = [
  [/^(Error: (?:.*: )?)(?:source env |environment |tag |schedule |webhook )?not found$/, '404'],
  [/^(Error: (?:.*: )?)(?:(?:tag )?already exists|etag mismatch)$/, '409'],
  [/^(Error: (?:.*: )?)unauthorized$/, '401'],
  [/^(Error: (?:.*: )?)\[404\] .*$/, '404'],
  [/^(Error: (?:.*: )?)\[409\] .*$/, '409'],
  [/^(Error: (?:.*: )?)\[401\] .*$/, '401'],
]

function serverErrors(line: string): string {
  for (const [pattern, code] of codes) {
    if (pattern.test(line)) return line.replace(pattern, `$1[${code}]`)
  }
  return line
}

const scriptTime = /2024-08-01 09:00:00 \+0000 UTC/
const person = /Test User <test-user>/

/** Whether a line tells of a record that the script made: its time is the clock's, or its author the caller. */
function madeByScript(line: string, before: string): boolean {
  return (
    scriptTime.test(line) ||
    person.test(line) ||
    (line.startsWith('Date:') && person.test(before)) ||
    isRevisionTag(line)
  )
}

/** Times and editors of revision tags are real on a server, and zero in the transcripts. */
function isRevisionTag(line: string): boolean {
  return (
    /^│ \S+ +│ +\d+ │ \d{4}-\d\d-\d\d .* UTC │/.test(line) ||
    /^Last updated at 1970-01-01 .* by Test Tester/.test(line)
  )
}

function timesAndPeople(line: string): string {
  return line
    .replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \+0000 UTC/g, '<time>')
    .replace(/(by |Author: )(?:[^<│]+ )?<[^>]+>/g, '$1<who>')
    .replace(/(<time> +│ )[^│]*│/g, '$1<who> │')
}

function withoutLatest(line: string): string {
  return line.replace(' (tag: latest)', '').replace('latest, ', '')
}

function isTable(line: string): boolean {
  return /^[┌├└│]/.test(line)
}

function collapseTable(line: string): string {
  return line.replace(/─+/g, '─').replace(/ +/g, ' ')
}

/** In opens a server may name the root `default/test` where the transcript has `test`. */
function bareName(line: string): string {
  return line.replace(/^(\s*"environment": ")[^"/]+\//, '$1').replace(/^[^/:\s]+\/([^/:\s]+:\d+:\d+: )/, '$1')
}

/** Opening an environment that holds nothing prints `{}` with the answer of a server, nothing in the transcripts. */
function withoutEmptyValues(got: readonly string[], wanted: readonly string[]): readonly string[] {
  const kept: string[] = []
  for (const [at, line] of got.entries()) {
    const extra =
      line === '{}' && /^> esc (env )?open /.test(got[at - 1] ?? '') && wanted[kept.length] !== '{}'
    if (!extra) kept.push(line)
  }
  return kept
}
