import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ExportedValue, recordOf } from '../value/index.ts'
import { variablesOf } from './variables.ts'

const at = { line: 0, column: 0, byte: 0 }
const trace = { def: { environment: '', begin: at, end: at } }

function given(member: 'environmentVariables' | 'files', texts: readonly string[]) {
  const members = texts.map((value, i): [string, ExportedValue] => [`n${i}`, { value, trace }])
  const root = { value: recordOf([[member, { value: recordOf(members), trace }]]), trace }
  return () => variablesOf(root, member)
}

const text = (bytes: number) => 'x'.repeat(bytes)

for (const [member, what, within, beyond, message] of [
  [
    ...(['environmentVariables', 'as many as there may be'] as const),
    Array.from({ length: 1000 }, () => ''),
    Array.from({ length: 1001 }, () => ''),
    'limit_exceeded: 1,001 environment variables (limit 1,000)',
  ],
  [
    ...(['environmentVariables', 'one long value'] as const),
    [text(131_071)],
    [`é${text(131_070)}`],
    'limit_exceeded: 131,072 bytes in `environmentVariables.n0` (limit 131,071)',
  ],
  [
    ...(['environmentVariables', 'much together'] as const),
    Array.from({ length: 16 }, (_, i) => text(65_536 - `n${i}`.length)),
    Array.from({ length: 17 }, () => text(65_000)),
    'limit_exceeded: 1,105,041 bytes of environment variables (limit 1,048,576)',
  ],
  [
    ...(['files', 'as many as there may be'] as const),
    Array.from({ length: 100 }, () => ''),
    Array.from({ length: 101 }, () => ''),
    'limit_exceeded: 101 files (limit 100)',
  ],
  [
    ...(['files', 'one long file'] as const),
    [text(1024 ** 2)],
    [text(1024 ** 2 + 1)],
    'limit_exceeded: 1,048,577 bytes in `files.n0` (limit 1,048,576)',
  ],
] as const) {
  test(`S-42: of ${member}, ${what} is given to a process and no more`, () => {
    assert.equal(given(member, within)().length, within.length)
    assert.throws(given(member, beyond), ({ message: got }: Error) => got.startsWith(`${message}; open what`))
  })
}
