import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { loginAudience } from './audience.ts'
import { type LoginCaller, loginPlatforms } from './login.ts'
import { loginSubject, type SubjectFacts, subjectAttributes } from './subject.ts'

const personal: LoginCaller = { tokenType: 'personal', login: 'personA', team: null }
const team: LoginCaller = { tokenType: 'team', login: 'bot', team: 'platform' }
const machine: LoginCaller = { tokenType: 'organization', login: 'bot', team: null }

const facts = (change: Partial<SubjectFacts> = {}): SubjectFacts => ({
  organization: 'contoso',
  opened: 'app/prod',
  current: 'app/prod',
  caller: personal,
  subjectAttributes: null,
  ...change,
})

describe('login audience', () => {
  const rows = [
    ['app/prod', 'named'],
    ['<yaml>', 'named'],
    ['default', 'legacy'],
    ['default/db', 'legacy'],
    ['db', 'legacy'],
    ['db@stable', 'legacy'],
    ['default/db@7', 'legacy'],
    ['contoso/default/db', 'legacy'],
    ['Default/db', 'named'],
    ['defaults/db', 'named'],
  ] as const
  for (const platform of loginPlatforms) {
    it(`${platform}: \`${platform}:<org>\`, the bare organization for the default project`, () => {
      for (const [opened, kind] of rows) {
        const wanted = kind === 'legacy' ? 'contoso' : `${platform}:contoso`
        assert.equal(loginAudience({ platform, organization: 'contoso', opened }), wanted, opened)
      }
    })
  }
})

describe('login subject without attributes', () => {
  for (const [opened, wanted] of [
    ['app/prod', 'app/prod'],
    ['app/prod@7', 'app/prod'],
    ['app/prod@stable', 'app/prod'],
    ['contoso/app/prod', 'app/prod'],
    ['default/db', 'db'],
    ['db', 'db'],
    ['default/db@latest', 'db'],
    ['<yaml>', '<yaml>'],
  ] as const) {
    it(`${opened} is named \`${wanted}\``, () => {
      const wantedSubject = `pulumi:environments:org:contoso:env:${wanted}`
      assert.equal(loginSubject(facts({ opened })), wantedSubject)
      assert.equal(loginSubject(facts({ opened, subjectAttributes: [] })), wantedSubject)
    })
  }

  it('names the opened environment, not the one that holds the block', () => {
    const imported = facts({ opened: 'app/prod', current: 'cloud/aws' })
    assert.equal(loginSubject(imported), 'pulumi:environments:org:contoso:env:app/prod')
  })

  it('does not depend on the caller', () => {
    for (const caller of [team, machine]) {
      assert.equal(loginSubject(facts({ caller })), 'pulumi:environments:org:contoso:env:app/prod')
    }
  })

  it('`declaring` names the saved environment with the block, only under an anonymous open', () => {
    const declaring = (change: Partial<SubjectFacts>) =>
      loginSubject(facts({ anonymousSubject: 'declaring', ...change })).split(':env:')[1]
    assert.equal(declaring({ opened: '<yaml>', current: 'cloud/aws' }), 'cloud/aws')
    assert.equal(declaring({ opened: '<yaml>', current: 'default/aws' }), 'aws')
    assert.equal(declaring({ opened: 'app/prod', current: 'cloud/aws' }), 'app/prod')
  })

  it('S-36: a block in anonymous text itself never claims a saved name', () => {
    for (const anonymousSubject of ['legacy', 'declaring'] as const) {
      const own = facts({ opened: '<yaml>', current: '<yaml>', anonymousSubject })
      assert.equal(loginSubject(own), 'pulumi:environments:org:contoso:env:<yaml>')
    }
  })
})

describe('login subject with attributes', () => {
  const head = 'pulumi:environments:pulumi.organization.login:contoso'
  const rows: readonly [string, Partial<SubjectFacts>, readonly string[], string][] = [
    ['user of a personal token', {}, ['pulumi.user.login'], ':pulumi.user.login:personA'],
    ['user of a team token', { caller: team }, ['pulumi.user.login'], ':pulumi.user.login:contoso'],
    [
      'user of an organization token',
      { caller: machine },
      ['pulumi.user.login'],
      ':pulumi.user.login:contoso',
    ],
    ['type of a personal token', {}, ['pulumi.token.type'], ':pulumi.token.type:personal'],
    ['type of a team token', { caller: team }, ['pulumi.token.type'], ':pulumi.token.type:team'],
    [
      'type of an organization token',
      { caller: machine },
      ['pulumi.token.type'],
      ':pulumi.token.type:organization',
    ],
    ['team of a team token', { caller: team }, ['pulumi.token.team'], ':pulumi.token.team:platform'],
    [
      'current and root of an imported block',
      { opened: 'app/prod', current: 'cloud/aws' },
      ['currentEnvironment.name', 'rootEnvironment.name'],
      ':currentEnvironment.name:cloud/aws:rootEnvironment.name:app/prod',
    ],
    [
      'default project, both spellings',
      { opened: 'default/db', current: 'db' },
      ['currentEnvironment.name', 'rootEnvironment.name'],
      ':currentEnvironment.name:db:rootEnvironment.name:db',
    ],
    [
      'versions left out',
      { opened: 'app/prod@3', current: 'cloud/aws@stable' },
      ['rootEnvironment.name', 'currentEnvironment.name'],
      ':rootEnvironment.name:app/prod:currentEnvironment.name:cloud/aws',
    ],
    [
      'directly imported environment under an anonymous open',
      { opened: '<yaml>', current: 'cloud/aws', root: 'app/prod' },
      ['rootEnvironment.name', 'currentEnvironment.name'],
      ':rootEnvironment.name:app/prod:currentEnvironment.name:cloud/aws',
    ],
    [
      'anonymous text',
      { opened: '<yaml>', current: '<yaml>' },
      ['rootEnvironment.name', 'currentEnvironment.name'],
      ':rootEnvironment.name:<yaml>:currentEnvironment.name:<yaml>',
    ],
    ['organization listed alone', {}, ['pulumi.organization.login'], ''],
    [
      'organization listed among others',
      {},
      ['pulumi.user.login', 'pulumi.organization.login'],
      ':pulumi.user.login:personA',
    ],
    [
      'all six',
      { caller: team },
      subjectAttributes,
      ':pulumi.user.login:contoso:pulumi.token.type:team:pulumi.token.team:platform' +
        ':currentEnvironment.name:app/prod:rootEnvironment.name:app/prod',
    ],
  ]
  for (const [name, change, listed, wanted] of rows) {
    it(name, () => {
      assert.equal(loginSubject(facts({ ...change, subjectAttributes: listed })), head + wanted)
    })
  }

  it('the worked example of the specification', () => {
    const subject = loginSubject(
      facts({
        opened: 'project/development',
        current: 'project/development',
        subjectAttributes: ['currentEnvironment.name', 'pulumi.user.login'],
      }),
    )
    assert.equal(
      subject,
      'pulumi:environments:pulumi.organization.login:contoso:currentEnvironment.name:project/development:pulumi.user.login:personA',
    )
  })

  it('the order of the list is the order of the pairs', () => {
    const [a, b] = ['pulumi.user.login', 'pulumi.token.type']
    assert.notEqual(
      loginSubject(facts({ subjectAttributes: [a!, b!] })),
      loginSubject(facts({ subjectAttributes: [b!, a!] })),
    )
  })

  it('a seventh attribute is refused with its position and the six', () => {
    for (const [unknown, index] of [
      ['pulumi.token.name', 0],
      ['pulumi.User.login', 1],
      ['', 1],
      ['sub', 1],
      ['currentEnvironment', 1],
    ] as const) {
      const listed = index === 0 ? [unknown] : ['pulumi.user.login', unknown]
      assert.throws(() => loginSubject(facts({ subjectAttributes: listed })), {
        code: 'SUBJECT_ATTRIBUTE_UNKNOWN',
        message: `subject attribute \`${unknown}\` (element ${index}) is not one of ${subjectAttributes.join(', ')}`,
      })
    }
  })

  it('an attribute listed twice is refused, the organization too', () => {
    for (const attribute of ['pulumi.user.login', 'pulumi.organization.login']) {
      assert.throws(() => loginSubject(facts({ subjectAttributes: [attribute, attribute] })), {
        code: 'SUBJECT_ATTRIBUTE_TWICE',
        message: `subject attribute \`${attribute}\` (element 1) is listed twice`,
      })
    }
  })

  it('an attribute without a value fails and never leaves an empty segment', () => {
    for (const caller of [personal, machine, { ...team, team: null }, { ...team, team: '' }]) {
      assert.throws(() => loginSubject(facts({ caller, subjectAttributes: ['pulumi.token.team'] })), {
        code: 'SUBJECT_VALUE_MISSING',
        message: `subject attribute \`pulumi.token.team\` has no value: the caller holds a token of type \`${caller.tokenType}\``,
      })
    }
    const nameless = facts({ caller: { ...personal, login: '' }, subjectAttributes: ['pulumi.user.login'] })
    assert.throws(() => loginSubject(nameless), { code: 'SUBJECT_VALUE_MISSING' })
  })

  it('a team that is set on another kind of token is not believed', () => {
    const caller = { ...personal, team: 'platform' }
    assert.throws(() => loginSubject(facts({ caller, subjectAttributes: ['pulumi.token.team'] })), {
      code: 'SUBJECT_VALUE_MISSING',
    })
  })
})

describe('S-36: subjects cannot be forged', () => {
  const hostile = fc.oneof(
    fc.constantFrom(
      'a',
      'a:b',
      'a*',
      '?',
      'a b',
      '',
      'x/y',
      'a@1',
      'a\n',
      'a%3Ab',
      '*',
      ':',
      'pulumi',
      '\u200b',
    ),
    fc.string({ unit: fc.constantFrom('a', 'b', ':', '/', '.', '-'), maxLength: 6 }),
  )
  const environment = fc.oneof(
    fc.constantFrom(
      '<yaml>',
      'a/b',
      'default/a',
      'a',
      '<yaml>/a',
      'a/<yaml>',
      'a/b/c',
      'a:b/c',
      '*/b',
      'a/b:env:c',
    ),
    fc.tuple(hostile, hostile).map(([a, b]) => `${a}/${b}`),
    hostile,
  )
  const anyFacts: fc.Arbitrary<SubjectFacts> = fc.record({
    organization: hostile,
    opened: environment,
    current: environment,
    caller: fc.record({
      tokenType: fc.constantFrom('personal', 'organization', 'team'),
      login: hostile,
      team: fc.option(hostile),
    }),
    subjectAttributes: fc.option(fc.shuffledSubarray([...subjectAttributes])),
  })
  const built = (given: SubjectFacts): string | null => {
    try {
      return loginSubject(given)
    } catch {
      return null
    }
  }

  it('a subject reads back as exactly the facts it was built from', () => {
    fc.assert(
      fc.property(anyFacts, (given) => {
        const subject = built(given)
        if (subject !== null) assert.deepEqual(parse(subject), meaning(given))
      }),
      { numRuns: 3000 },
    )
  })

  it('different facts never give equal subjects', () => {
    fc.assert(
      fc.property(anyFacts, anyFacts, (a, b) => {
        const [first, second] = [built(a), built(b)]
        if (first === null || first !== second) return
        assert.deepEqual(meaning(a), meaning(b))
      }),
      { numRuns: 3000 },
    )
  })

  it('no value brings a delimiter, a wildcard or white space', () => {
    for (const bad of ['a:b', 'a/b', 'a@b', 'a*', 'a?', 'a b', 'a\tb', 'a\u0000', 'a\u200b']) {
      const cases: readonly Partial<SubjectFacts>[] = [
        { organization: bad },
        { caller: { ...personal, login: bad }, subjectAttributes: ['pulumi.user.login'] },
        { caller: { ...team, team: bad }, subjectAttributes: ['pulumi.token.team'] },
      ]
      for (const change of cases) {
        assert.throws(() => loginSubject(facts(change)), { code: 'SUBJECT_VALUE_INVALID' }, bad)
      }
    }
    for (const bad of ['a/b/c', 'a:b', '<yaml>x', '<yaml>/x', 'x/', '/x', '', 'a/*', 'a b/c', 'other/a/b']) {
      assert.throws(() => loginSubject(facts({ opened: bad })), { code: 'SUBJECT_VALUE_INVALID' }, bad)
    }
  })
})

/** A subject taken apart again by its grammar: fixed words and values without `:`. */
function parse(subject: string): unknown {
  const parts = subject.split(':')
  assert.deepEqual(parts.slice(0, 2), ['pulumi', 'environments'])
  if (parts[2] === 'org') {
    assert.equal(parts.length, 6)
    assert.equal(parts[4], 'env')
    return { organization: parts[3], opened: parts[5] }
  }
  const pairs: [string, string][] = []
  for (let at = 2; at < parts.length; at += 2) pairs.push([parts[at]!, parts[at + 1]!])
  return pairs
}

/** What the facts say, spelled one way. */
function meaning({
  organization,
  opened,
  current,
  caller,
  subjectAttributes: listed,
}: SubjectFacts): unknown {
  const bare = (text: string) => {
    const [path = ''] = text === '<yaml>' ? [text] : text.split('@')
    const parts = path.split('/')
    if (parts.length === 3) parts.shift()
    return parts.length === 2 && parts[0] === 'default' ? parts[1] : parts.join('/')
  }
  if (listed === null || listed.length === 0) return { organization, opened: bare(opened) }
  const values: { readonly [attribute: string]: string | null | undefined } = {
    'pulumi.user.login': caller.tokenType === 'personal' ? caller.login : organization,
    'pulumi.token.type': caller.tokenType,
    'pulumi.token.team': caller.team,
    'currentEnvironment.name': bare(current),
    'rootEnvironment.name': bare(opened),
  }
  const pairs = listed.filter((name) => name in values).map((name) => [name, values[name]])
  return [['pulumi.organization.login', organization], ...pairs]
}
