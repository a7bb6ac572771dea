import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { parse, stringify } from 'yaml'
import { decodeYaml } from './decode.ts'
import type { SyntaxNode } from './syntax-node.ts'

/** A tree as JavaScript values, numbers as doubles. */
function plain(node: SyntaxNode | null): unknown {
  if (node === null) return null
  switch (node.kind) {
    case 'null':
      return null
    case 'number':
      return Number(node.text)
    case 'array':
      return node.elements.map(plain)
    case 'object':
      return Object.fromEntries(node.entries.map(({ key, value }) => [key?.value, plain(value)]))
    default:
      return node.value
  }
}

const text = fc.oneof(
  // The other line breaks of YAML 1.1 are characters to YAML 1.2.
  fc.string({ unit: 'grapheme' }).map((sample) => sample.replaceAll(/[\x85\u2028\u2029]/g, '')),
  fc
    .array(
      fc.constantFrom(
        'a',
        ' ',
        '\n',
        '#',
        ': ',
        '- ',
        '"',
        "'",
        '\\',
        '\t',
        '|',
        '世',
        '😀',
        '0',
        'null',
        ',',
        ']',
      ),
    )
    .map((parts) => parts.join('')),
)

// Block scalars whose first line or whole lines are blanks are read differently by YAML 1.1 and 1.2.
const tidyText = text.filter((sample) => !/^\s|^[ \t]+$/m.test(sample))

const valuesOf = (texts: fc.Arbitrary<string>) =>
  fc.letrec((tie) => ({
    any: fc.oneof(
      { maxDepth: 4 },
      fc.boolean(),
      fc.constant(null),
      fc.integer(),
      texts,
      fc.array(tie('any'), { maxLength: 4 }),
      fc.dictionary(keys(texts), tie('any'), { maxKeys: 4, noNullPrototype: true }),
    ),
  })).any

const keys = (texts: fc.Arbitrary<string>) => texts.filter((key) => key.length < 40 && key !== '__proto__')

// Written by another implementation in each of its layouts, read by ours.
const layouts = [
  [tidyText, {}],
  [tidyText, { lineWidth: 20, indent: 4, indentSeq: false }],
  [text, { collectionStyle: 'flow', lineWidth: 0 }],
  [text, { lineWidth: 0, defaultStringType: 'QUOTE_DOUBLE', defaultKeyType: 'QUOTE_SINGLE' }],
  [tidyText, { defaultStringType: 'BLOCK_FOLDED', lineWidth: 20 }],
  [tidyText, { defaultStringType: 'BLOCK_LITERAL', simpleKeys: true }],
] as const

for (const [texts, layout] of layouts) {
  test(`what the \`yaml\` library writes is read back: ${JSON.stringify(layout)}`, () => {
    fc.assert(
      fc.property(valuesOf(texts), (original) => {
        const written = stringify({ values: original }, { version: '1.1', ...layout })
        // Folding does not always come back, not even there.
        fc.pre(isDeepStrictEqual(parse(written, { version: '1.1' }), { values: original }))
        const { node, diagnostics } = decodeYaml('e', Buffer.from(written))
        assert.deepEqual(diagnostics, [])
        assert.deepEqual(plain(node), { values: original })
      }),
      { numRuns: 300 },
    )
  })
}
