// Texts to fuzz with: made of the pieces that the grammars know, mostly right, then broken.
import type { Random } from './random.ts'

const yamlPieces = [
  ...[
    'a',
    'b',
    'key',
    'foo bar',
    ': ',
    ':',
    '- ',
    '-',
    '\n',
    '\n',
    '\n',
    '\n  ',
    '\n    ',
    '\n ',
    '  ',
    ' ',
    '? ',
    '?',
    '# c',
    ' # x',
  ],
  ...[
    '\n# y\n',
    '\n\n',
    '[',
    ']',
    '{',
    '}',
    ', ',
    ',',
    '"',
    "'",
    '|',
    '>',
    '|-\n',
    '>+\n',
    '|2\n',
    '&x ',
    '*x',
    '!t ',
    '!!str ',
    '!!int ',
  ],
  ...[
    '! ',
    '!<x> ',
    '\\n',
    '\\',
    '\t',
    '1',
    '0x1F',
    'true',
    'null',
    '~',
    '.5',
    '-1',
    '%',
    '@',
    '`',
    '---',
    '...',
    '\n---\n',
    '\n...\n',
  ],
  ...[
    '%YAML 1.1\n',
    '%TAG ! x\n',
    '\r\n',
    '\r',
    'é',
    '世',
    '😀',
    '<<',
    '\u0085',
    '\u2028',
    '\u00a0',
    '\ufeff',
    '\u0000',
    '$',
    '${a}',
  ],
  ...[
    'values:',
    'imports:',
    'fn::secret',
    'fn::open::test',
    '__proto__',
    'constructor',
    '!!binary ',
    '!!float ',
    '"\\u00e9"',
    '1e400',
  ],
]

const accessPieces = [
  ...[
    '$',
    '$$',
    '${',
    '}',
    '.',
    '[',
    ']',
    '"',
    '\\',
    '\\"',
    'a',
    'b',
    'imports',
    'environments',
    'context',
    ' ',
    '\t',
    '0',
    '1',
    '-',
    '+',
  ],
  ...[
    '9223372036854775808',
    '["',
    '"]',
    '[0]',
    '.a',
    '${a.b}',
    'à',
    '世',
    '😀',
    '\u0085',
    '\u00a0',
    '\n',
    '__proto__',
    '{',
    "'",
    '#',
  ],
]

const scalars = [
  ...[
    'a',
    'foo bar',
    '1',
    '0x10',
    'true',
    '~',
    'null',
    '1.5',
    '"q"',
    "'s'",
    '"x\\ny"',
    '1_000',
    'é世',
    'x#y',
    'a:b',
    '2001-01-01',
    'NaN',
  ],
  ...[
    "'true'",
    '!!str 5',
    '!t z',
    '""',
    "''",
    '!!float 3',
    '&an v',
    '-x',
    'yes',
    '1:30',
    '0o7',
    '"\\t"',
    '"é😀"',
    '${a}',
    '"${a.b} x"',
    '"$${"',
  ],
]

const soupOf = (random: Random, pieces: readonly string[], most: number): string =>
  Array.from({ length: 1 + random.below(most) }, () => random.pick(pieces)).join('')

/** Pieces of YAML in any order. */
export function yamlSoup(random: Random): string {
  return soupOf(random, yamlPieces, random.chance(50) ? 8 : 40)
}

/** A text with `${…}` in it, whole or broken. */
export function accessSoup(random: Random): string {
  return soupOf(random, accessPieces, random.chance(50) ? 6 : 20)
}

/** A document of nested collections in every style, with comments, now and then one byte wrong. */
export function yamlDocument(random: Random): string {
  const text = blockOf(random, '', 0)
  return random.chance(30) ? mutated(random, text) : text
}

function comment(random: Random): string {
  return random.chance(12) ? ` # c${random.below(9)}` : ''
}

function flowOf(random: Random, depth: number): string {
  const kind = depth > 3 ? 0 : random.below(4)
  if (kind === 0 || kind === 3) return random.pick(scalars)
  const items = Array.from({ length: random.below(4) }, () => flowOf(random, depth + 1))
  const line = random.chance(15) ? '\n      ' : ' '
  if (kind === 1) return `[${items.join(`,${line}`)}]`
  return `{${items.map((item) => `${random.pick(scalars)}: ${item}`).join(`,${line}`)}}`
}

function blockOf(random: Random, indent: string, depth: number): string {
  const isList = random.chance(35)
  let text = ''
  for (let i = random.below(4); i >= 0; i--) {
    if (random.chance(10)) text += `${indent}# h${i}\n`
    const head = `${indent}${isList ? '-' : random.chance(4) ? `? ${random.pick(scalars)}\n${indent}:` : `${random.pick(scalars)}:`}`
    const kind = random.below(depth > 4 ? 3 : 6)
    if (kind <= 1) text += `${head} ${random.pick(scalars)}${comment(random)}\n`
    else if (kind === 2) text += `${head} ${flowOf(random, 0)}${comment(random)}\n`
    else if (kind === 3) text += `${head} ${scalarBlock(random, indent)}`
    else
      text += `${head}${random.chance(6) ? ' &an' : ''}${comment(random)}\n${blockOf(random, `${indent}  `, depth + 1)}`
    if (random.chance(6)) text += '\n'
  }
  return text
}

function scalarBlock(random: Random, indent: string): string {
  const lines = Array.from({ length: random.below(4) }, () =>
    random.pick([
      `${indent}  text`,
      `${indent}  more  here`,
      '',
      `${indent}    indented`,
      `${indent}  # not one`,
    ]),
  )
  return `${random.pick(['|', '>', '|-', '>-', '|+', '>+', '|2'])}${comment(random)}\n${lines.map((line) => `${line}\n`).join('')}`
}

/** A text with a piece taken out, put in twice, or replaced. */
export function mutated(random: Random, text: string): string {
  const at = random.below(text.length + 1)
  const length = random.below(6)
  switch (random.below(3)) {
    case 0:
      return text.slice(0, at) + text.slice(at + length)
    case 1:
      return text.slice(0, at) + random.pick(yamlPieces) + text.slice(at + random.below(2))
    default:
      return text.slice(0, at) + text.slice(at, at + length).repeat(2) + text.slice(at)
  }
}
