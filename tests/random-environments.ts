// Random sets of environments for property tests.
import fc from 'fast-check'

/** A text that stands in secrets only. */
export const marker = 'x7Kq9zWv'

/** A definition, or a part of one, as data. */
export type Tree = null | boolean | number | string | Tree[] | { [key: string]: Tree }
/** A root environment and what it may import, by name. */
export type Files = Record<string, Tree>

const key = fc.constantFrom('a', 'b', 'c', 'd', '__proto__', 'constructor')
const step = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('.a', '.b', '.c', '.d') },
  fc.constantFrom('[0]', '[1]', '["a"]', '[-1]', '.toString', '.'),
)
const start = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom('a', 'b', 'c', 'd') },
  fc.constantFrom(
    'imports.x',
    'imports.y',
    'environments.p.z',
    'context.pulumi.user',
    'nothing',
    '__proto__',
  ),
)
const reference = fc
  .tuple(start, fc.array(step, { maxLength: 3 }))
  .map(([from, steps]) => `\${${from}${steps.join('')}}`)
const leaf: fc.Arbitrary<Tree> = fc.oneof(
  fc.constantFrom<Tree>(null, true, 7, 1.5, 'text', '', 'é😀', '["a"]', 'aGk='),
  { weight: 3, arbitrary: reference },
  fc.tuple(reference, reference).map(([one, two]) => `${one}-${two}`),
  fc.constant<Tree>({ 'fn::secret': `${marker}` }),
  fc.constant<Tree>({ 'fn::secret': `{"a": "${marker}", "b": ["${marker}"]}` }),
  fc.constant<Tree>({ 'fn::secret': { ciphertext: 'ZXNjeAAAAAHo9e705fKyKo30VQ==' } }),
)

function record(value: fc.Arbitrary<Tree>): fc.Arbitrary<Tree> {
  return fc
    .uniqueArray(fc.tuple(key, value), { maxLength: 4, selector: ([name]) => name })
    .map((entries) => Object.fromEntries(entries))
}

function trees(splits: boolean): fc.Arbitrary<Tree> {
  const call = (name: string, argument: fc.Arbitrary<Tree>) =>
    argument.map((tree): Tree => ({ [`fn::${name}`]: tree }))
  const { tree } = fc.letrec<{ tree: Tree }>((tie) => {
    const inner = tie('tree')
    const pair = fc.tuple(fc.constantFrom<Tree>(',', ''), inner)
    return {
      tree: fc.oneof(
        { maxDepth: 4, depthSize: 'small' },
        { weight: 4, arbitrary: leaf },
        { weight: 2, arbitrary: record(inner) },
        fc.array(inner, { maxLength: 3 }),
        call('toJSON', inner),
        call('fromJSON', inner),
        call('toString', inner),
        call('toBase64', inner),
        call('fromBase64', inner),
        call('final', inner),
        call('concat', fc.array(fc.array(inner, { maxLength: 2 }), { maxLength: 2 })),
        call('join', fc.tuple(fc.constantFrom<Tree>('-', ''), fc.array(inner, { maxLength: 2 }))),
        splits ? call('split', pair) : leaf,
        call('open::test', record(inner)),
        call('open::secret-wrapper', record(inner)),
        call('open::schema', record(inner)),
        call('open::error', fc.constant<Tree>({ why: 'because' })),
        call('rotate::swap', fc.constant<Tree>({ inputs: {}, state: { a: 'one', b: 'two' } })),
        call(
          'rotate::echo',
          reference.map((next): Tree => ({ inputs: { next }, state: { current: 'old' } })),
        ),
        call(
          'validate',
          inner.map((value): Tree => ({ schema: { type: 'string', minLength: 3 }, value })),
        ),
        call(
          'validate',
          fc.tuple(inner, inner).map(([schema, value]): Tree => ({ schema, value })),
        ),
      ),
    }
  })
  return tree
}

/** Sets of environments, most of them with something wrong. `splits` = whether elements of split secrets may appear: the
 * language makes those public. */
export function environmentSets(splits: boolean): fc.Arbitrary<Files> {
  const values = record(trees(splits))
  const imports = fc.constantFrom<Tree>(
    [],
    ['x'],
    ['x', 'y'],
    ['y', 'x', 'y'],
    ['x', { y: { merge: false } }],
    ['root'],
  )
  const environment = fc.tuple(imports, values).map(([list, tree]): Tree => ({ imports: list, values: tree }))
  return fc.record({
    root: environment,
    x: values.map((tree): Tree => ({ values: tree })),
    y: environment,
    'p/z': environment,
  })
}

const oddKey = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom('a', 'b', 'c') },
  fc.constantFrom(
    ...['=a', '=b', 'imports', 'context', '$$a', '${a}', 'fn::nope', 'FN::join', 'fn::toJSON', '=fn::final'],
    ...['a-b', '1x', '', 'a"b', '世', 'ab', 'ac', 'environments'],
  ),
)
const oddReference = fc.constantFrom(
  ...[
    'a',
    'b',
    'c',
    'a.b',
    'a.a',
    'b.c',
    'b.a',
    'c.a',
    'c.b',
    'imports.x.a',
    'imports.y.b',
    'environments.p.z.a',
  ],
  ...[
    'a',
    'b',
    'ab',
    'a.b',
    'a.a.a',
    'b.c[0]',
    'a["a-b"]',
    'a[0][1].b',
    'a-b',
    '["a-b"].c',
    'imports',
    'imports.x',
    'imports.y.a.b',
  ],
  ...[
    'imports["y"].c',
    'imports.gone',
    'context',
    'context.rootEnvironment.name',
    'context.pulumi.user.id',
    'environments',
  ],
  ...[
    'environments.p',
    'environments.p.z',
    'environments.p.z.a.b',
    'environments.p.gone.a[0]',
    'environments[0].a.b',
  ],
  ...[
    'environments.p[1].b',
    'environments.p["z"].c',
    '',
    '.',
    'a.',
    'a[',
    'a["',
    'a[]',
    'a[x].b',
    '[0].a',
    'a b',
    'a[-1]',
    'aa',
    'ba',
  ],
  ...[
    'a[99999999999999999999]',
    'a[+1]',
    '世.a',
    'à',
    'imports[0]',
    'context[0]',
    'b[0].c',
    'c.b.a',
    'd',
    'e.f',
    'a.c',
    'b.a',
    'c.c',
  ],
)
const oddText = fc.oneof(
  { weight: 6, arbitrary: oddReference.map((path) => `\${${path}}`) },
  fc.tuple(oddReference, oddReference).map(([one, two]) => `x \${${one}}$$\${${two}} $`),
  fc.constantFrom(
    '$${a}',
    '$',
    '$$',
    '${a',
    'x${',
    '1e3',
    '{"a": {"b": [1, {"c": null}]}}',
    '[1,',
    'aGk=',
    '====',
    'a,b,,c',
    '\u2028<&>',
  ),
)

/** Every form of every builtin, right and wrong, and texts of the stranger kinds. */
function oddTrees(): fc.Arbitrary<Tree> {
  const scalar = fc.constantFrom<Tree>(null, true, false, 0, 1, 2.5, -7, 'a', 'text')
  const { tree } = fc.letrec<{ tree: Tree; object: Tree }>((tie) => {
    const inner = tie('tree')
    const object = tie('object')
    const call = (name: string, argument: fc.Arbitrary<Tree>) =>
      argument.map((of): Tree => ({ [`fn::${name}`]: of }))
    const several = (names: readonly string[], argument: fc.Arbitrary<Tree>) =>
      fc.tuple(fc.constantFrom(...names), argument).map(([name, of]): Tree => ({ [`fn::${name}`]: of }))
    const some = (members: Record<string, fc.Arbitrary<Tree>>) =>
      fc.record(members, { requiredKeys: [] }).map((of) => of as Tree)
    const schema = fc.constantFrom<Tree>(
      ...[
        true,
        false,
        {},
        { type: 'string' },
        { type: 'object', properties: { a: { type: 'number' } }, required: ['b'] },
      ],
      ...[
        { type: 'array', items: { type: 'string', minLength: 2 } },
        { anyOf: [{ type: 'string' }, { type: 'number', maximum: 1 }] },
      ],
      ...[
        { oneOf: [{ type: 'string' }, { const: 'a' }] },
        { type: 'nope' },
        { pattern: '[' },
        { minLength: -1 },
        { $ref: '#/$defs/x' },
      ],
      ...[
        { $defs: { x: { type: 'array', items: { $ref: '#/$defs/x' } } }, $ref: '#/$defs/x' },
        { enum: ['a', 2.5, { a: 1 }] },
        { const: { a: 1 } },
      ],
      ...[
        {
          type: 'object',
          additionalProperties: { type: 'string' },
          minProperties: 2,
          dependentRequired: { a: ['c'] },
        },
        7,
      ],
      ...[
        { type: 'number', multipleOf: 0.5, minimum: 1, exclusiveMaximum: 2.5 },
        { prefixItems: [{ type: 'null' }], items: false, type: 'array' },
      ],
    )
    const input = fc.constantFrom(
      ...[
        'null',
        'boolean',
        'false',
        'number',
        'pi',
        'string',
        'hello',
        'array',
        'tuple',
        'map',
        'record',
        'anyOf',
        'oneOf',
        'ref',
      ],
      ...[
        'const-array',
        'const-object',
        'enum',
        'never',
        'always',
        'double',
        'dependentReq',
        'multiple',
        'minimum',
        'pattern',
      ],
      ...['minItems', 'maxItems', 'minProperties', 'maxProperties', 'maxLength'],
    )
    const inputs = fc
      .uniqueArray(fc.tuple(input, inner), { maxLength: 3, selector: ([name]) => name })
      .map((of) => Object.fromEntries(of))
    const state = fc.oneof(some({ a: scalar, b: inner, current: inner, previous: scalar }), scalar)
    return {
      object: fc
        .uniqueArray(fc.tuple(oddKey, inner), { maxLength: 4, selector: ([name]) => name })
        .map((entries) => Object.fromEntries(entries)),
      tree: fc.oneof(
        { maxDepth: 5, depthSize: 'small' },
        { weight: 3, arbitrary: oddText },
        { weight: 2, arbitrary: scalar },
        { weight: 3, arbitrary: object },
        fc.array(inner, { maxLength: 3 }),
        several(
          [
            'toJSON',
            'fromJSON',
            'toString',
            'toBase64',
            'fromBase64',
            'final',
            'concat',
            'join',
            'split',
            'secret',
            'unknown',
          ],
          inner,
        ),
        several(['join', 'split'], fc.tuple(fc.constantFrom<Tree>(',', '', '${a}'), inner)),
        call('concat', fc.array(fc.oneof(fc.array(inner, { maxLength: 2 }), inner), { maxLength: 3 })),
        call(
          'secret',
          fc.constantFrom<Tree>(
            's',
            '$$x',
            '${a}',
            '{"a": ["b"]}',
            { ciphertext: 'ZXNjeAAAAAHo9e705fKyKo30VQ==' },
            { ciphertext: 'x' },
          ),
        ),
        several(
          ['open::test', 'open::secret-wrapper', 'open::error', 'open::', 'open::gone'],
          fc.oneof(object, inner),
        ),
        call('open::schema', inputs),
        call(
          'open',
          fc.oneof(
            some({
              provider: fc.constantFrom<Tree>('test', 'schema', 'gone', '${a}', 1),
              inputs: fc.oneof(inputs, inner),
            }),
            inner,
          ),
        ),
        several(
          ['rotate::swap', 'rotate::echo', 'rotate::gone'],
          fc.oneof(some({ inputs: some({ next: inner }), state }), inner),
        ),
        call(
          'rotate',
          fc.oneof(
            some({
              provider: fc.constantFrom<Tree>('swap', 'echo', 'gone'),
              inputs: some({ next: oddText }),
              state,
            }),
            inner,
          ),
        ),
        call('validate', fc.oneof(some({ schema: fc.oneof(schema, inner), value: inner }), inner)),
      ),
    }
  })
  return tree
}

/** Sets of environments of every form the language has and of many it refuses: repeated and reserved keys, broken references, wrong
 * arguments, imports that fail, cycles. */
export function oddEnvironmentSets(): fc.Arbitrary<Files> {
  const over = (of: fc.Arbitrary<Tree>, keys: fc.Arbitrary<string>) => {
    const record = (values: fc.Arbitrary<Tree>) =>
      fc
        .uniqueArray(fc.tuple(keys, values), { minLength: 1, maxLength: 5, selector: ([name]) => name })
        .map((entries): Tree => Object.fromEntries(entries))
    // Records over records of the same keys, for there is much to inherit.
    return record(fc.oneof(of, record(of), record(record(of))))
  }
  const values = over(oddTrees(), oddKey)
  // An import with an error in its text gives nothing, so most are without.
  const loadable = over(trees(true), fc.constantFrom('a', 'b', 'c', 'ab', 'a-b'))
  const one = fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom<Tree>('w', 'x', 'y', 'p/z') },
    fc.constantFrom<Tree>(
      'gone',
      'root',
      'odd',
      { x: { merge: false } },
      { y: { MERGE: true } },
      null,
      { y: null },
      { w: { merge: 'no' } },
    ),
  )
  const imports = fc.array(one, { maxLength: 3 })
  const environment = fc.tuple(imports, values).map(([list, of]): Tree => ({ imports: list, values: of }))
  const clean = fc
    .tuple(fc.subarray(['w', 'x', 'y', 'p/z']), loadable)
    .map(([list, of]): Tree => ({ imports: list, values: of }))
  return fc.record({
    root: environment,
    w: loadable.map((of): Tree => ({ values: of })),
    x: clean,
    y: clean,
    'p/z': clean,
    odd: environment,
  })
}

/**
 * A definition as text: JSON is YAML. `__proto__` must come out as a key. `shuffled` reverses every record. A leading `=` of a key is
 * left out, so that `a` and `=a` are the same key twice.
 */
export function definitionText(tree: Tree, shuffled: boolean): string {
  if (typeof tree !== 'object' || tree === null) return JSON.stringify(tree)
  if (Array.isArray(tree)) return `[${tree.map((item) => definitionText(item, shuffled)).join(', ')}]`
  const entries = Object.entries(tree)
  if (shuffled) entries.reverse()
  return `{${entries.map(([name, value]) => `${JSON.stringify(name.replace(/^=/, ''))}: ${definitionText(value, shuffled)}`).join(', ')}}`
}
