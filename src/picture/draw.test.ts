import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parsePolicy, reach, type Universe } from '../trust/index.ts'
import { drawReach } from './draw.ts'
import { escapeMarkup, shortened } from './escape.ts'
import type { RoleView } from './graph.ts'

const issuer = 'esc.example.com/oidc'
const provider = { url: `https://${issuer}`, clientIds: ['aws:acme'], account: '123456789012' }
const arn = `arn:aws:iam::123456789012:oidc-provider/${issuer}`
const plain = 'pulumi:environments:org:acme:env:'
const universe: Universe = {
  organization: 'acme',
  environments: ['app/dev', 'app/prod', 'net/prod', 'net/dev', 'data/prod'],
  users: ['ada', 'ben'],
  teams: [],
  attributeLists: [['currentEnvironment.name', 'pulumi.user.login']],
}

function statement(condition: object, rest: object = {}): object {
  return {
    Effect: 'Allow',
    Principal: { Federated: arn },
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition: condition,
    ...rest,
  }
}

function viewOf(statements: readonly object[], who: Universe = universe): RoleView {
  const policy = { Version: '2012-10-17', Statement: statements }
  return {
    name: 'deploy.json',
    policy: parsePolicy(policy).policy!,
    reaches: [reach({ name: 'deploy.json', policy, provider }, who)],
  }
}

const subjects = (...values: readonly string[]): object => ({ StringLike: { [`${issuer}:sub`]: values } })
const opener =
  'pulumi:environments:pulumi.organization.login:acme:currentEnvironment.name:net/prod:pulumi.user.login:ada'
const three = viewOf([
  statement(subjects(`${plain}app/*`), { Sid: 'Applications' }),
  statement({ ...subjects(opener), IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } }),
  statement(subjects('*<yaml>*'), { Effect: 'Deny' }),
])

interface Drawn {
  readonly boxes: ReadonlyMap<
    string,
    { kind: string; text: string; x: number; y: number; w: number; h: number }
  >
  readonly arrows: readonly (readonly [from: string, to: string, kind: string])[]
  readonly size: readonly [number, number]
}

// Reads a drawing back: every tag must be closed, so a name that broke out of its text would be seen here.
function readSvg(svg: string): Drawn {
  const open: string[] = []
  for (const [, end, name, rest] of svg.matchAll(/<(\/?)([a-zA-Z]+)((?:[^"<>]|"[^"<]*")*)>/g)) {
    if (end === '/') assert.equal(open.pop(), name)
    else if (!rest!.endsWith('/')) open.push(name!)
  }
  assert.deepEqual(open, [])
  assert.doesNotMatch(svg, /<script|https?:\/\/(?!www\.w3\.org\/2000\/svg)[^<]*"|@import|url\((?!#)/i)
  const groups = svg.matchAll(/<g class="(\w+)" id="([\w-]+)">([\s\S]*?)<\/g>/g)
  const number = (text: string, name: string): number =>
    Number(new RegExp(` ${name}="([\\d.]+)"`).exec(text)![1])
  const boxes = [...groups].map(([, kind, id, inner]) => {
    const text = [...inner!.matchAll(/<text[^>]*>([^<]*)</g)].map((found) => found[1]).join('\n')
    const place = {
      x: number(inner!, 'x'),
      y: number(inner!, 'y'),
      w: number(inner!, 'width'),
      h: number(inner!, 'height'),
    }
    return [id!, { kind: kind!, text, ...place }] as const
  })
  const arrows = svg.matchAll(/<path class="arrow (\w+)" data-from="([\w-]+)" data-to="([\w-]+)"/g)
  return {
    boxes: new Map(boxes),
    arrows: [...arrows].map(([, kind, from, to]) => [from!, to!, kind!] as const),
    size: [number(svg, 'width'), number(svg, 'height')],
  }
}

function requireApart({ boxes, size: [width, height] }: Drawn): void {
  const all = [...boxes.values()]
  for (const [index, a] of all.entries()) {
    assert.ok(a.x >= 0 && a.y >= 0 && a.x + a.w <= width && a.y + a.h <= height, `${a.text} is outside`)
    for (const b of all.slice(index + 1)) {
      const apart = a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y
      assert.ok(apart, `${a.text} covers ${b.text}`)
    }
  }
}

test('callers stand by project before the statements that let them in, and these before the role', async () => {
  const drawn = readSvg(await drawReach(three, 'svg'))
  const { boxes, arrows } = drawn
  requireApart(drawn)
  const kinds = [...boxes.values()].map(({ kind }) => kind).sort()
  assert.deepEqual(kinds, ['allow', 'allow', 'callers', 'callers', 'deny', 'open', 'role'])
  const named = (start: string) => [...boxes].find(([, { text }]) => text.startsWith(start))![0]
  const [app, net] = [named('app\n'), named('net\n')]
  assert.equal(boxes.get(app)!.text, 'app\ndev\nprod')
  assert.equal(boxes.get(net)!.text, 'net\n(if aws:SourceIp fits)\nprod opened by ada')
  assert.match(
    boxes.get('statement0')!.text,
    /^Allow: statement 1 “Applications”\ntokens of esc.example.com\/oidc\nStringLike sub\npulumi:/,
  )
  assert.match(boxes.get('role')!.text, /3 subjects can become it\nand names that do not exist yet/)
  const ways = arrows.map(([from, to, kind]) => `${from} ${to} ${kind}`)
  for (const way of [
    `${app} statement0 way`,
    `${net} statement1 way`,
    'statement0 role way',
    'statement1 role way',
    'statement2 role deny',
  ]) {
    assert.ok(ways.includes(way), `${way} is missing in ${ways.join(', ')}`)
  }
  assert.equal(arrows.length, 6)
  for (const [from, to] of arrows) {
    const start = boxes.get(from)!
    assert.ok(start.x + start.w <= boxes.get(to)!.x, `${from} is not left of ${to}`)
  }
})

test('names that do not exist yet are a box of their own, with the pattern and an example', async () => {
  const { boxes, arrows } = readSvg(await drawReach(three, 'svg'))
  const open = boxes.get('open0-0')!
  assert.equal(open.kind, 'open')
  assert.match(open.text, /^names that do not exist yet\npulumi:.*app\/\*\nfor example pulumi:.*app\/.*new/)
  assert.ok(arrows.some(([from, to, kind]) => from === 'open0-0' && to === 'statement0' && kind === 'open'))
  const closed = viewOf([statement({ StringEquals: { [`${issuer}:sub`]: `${plain}app/dev` } })])
  assert.doesNotMatch(await drawReach(closed, 'svg'), /class="open"/)
})

test('a subject that two statements let in has an arrow to both', async () => {
  const both = viewOf([statement(subjects(`${plain}app/dev`)), statement(subjects(`${plain}app/d*`))])
  const { arrows } = readSvg(await drawReach(both, 'svg'))
  const ways = arrows.filter(([from]) => from.startsWith('callers')).map(([, to]) => to)
  assert.deepEqual(ways.sort(), ['statement0', 'statement1'])
})

test('those who cannot become the role are drawn when they are asked for', async () => {
  const drawn = readSvg(await drawReach({ ...three, denied: universe }, 'svg'))
  requireApart(drawn)
  const denied = [...drawn.boxes.values()].filter(({ kind }) => kind === 'denied').map(({ text }) => text)
  assert.deepEqual(denied, ['data: cannot\nprod', 'net: cannot\ndev'])
})

test('a role that nobody can become is drawn alone', async () => {
  const { boxes, arrows } = readSvg(await drawReach(viewOf([statement(subjects('nobody'))]), 'svg'))
  assert.deepEqual([[...boxes.keys()], arrows.length], [['role'], 0])
})

test('equal views give equal text', async () => {
  for (const format of ['svg', 'html'] as const) {
    assert.equal(await drawReach(three, format), await drawReach(three, format))
  }
})

test('names from outside are text and nothing else', async () => {
  const names = [
    'a/<script>alert(1)</script>',
    'a/"onload="x',
    "a/'&amp;",
    'a/\u202etxt.gpj',
    'a/\u0000\ud800',
  ]
  const hostile = { ...universe, environments: names }
  for (const format of ['svg', 'html'] as const) {
    const view = {
      ...viewOf([statement(subjects(`${plain}*`), { Sid: 'x' })], hostile),
      name: '</title><script>',
    }
    const drawn = await drawReach(view, format)
    assert.doesNotMatch(drawn, /<script|[\u0000\u202e]|onload="/)
    assert.match(drawn, /&lt;script&gt;alert\(1\)&lt;\/script&gt;/)
    assert.match(drawn, /&#39;&amp;amp;/)
    if (format === 'svg') readSvg(drawn)
  }
})

test('a page holds the drawing and every subject as text, and takes nothing from elsewhere', async () => {
  const page = await drawReach(three, 'html')
  assert.match(page, /<html lang="en">/)
  assert.match(page, /content="default-src 'none'; style-src 'unsafe-inline'"/)
  assert.match(page, /<svg [^>]*role="img" aria-labelledby="picture-title picture-description"/)
  assert.match(page, /<title id="picture-title">Who can become the role of deploy.json<\/title>/)
  assert.match(page, /<desc id="picture-description">3 subjects can become the role by 3 statements/)
  for (const { subject } of three.reaches[0]!.admitted) {
    assert.ok(page.includes(`<code>${subject}</code>`), `${subject} is not listed`)
  }
  assert.match(page, /<li>prod opened by ada: .*by statement 2, if aws:SourceIp fits<\/li>/)
  assert.doesNotMatch(page, /<script|<link|<img|<iframe|\bsrc=|\bhref=|@import|url\((?!#)/i)
})

test('a crowd is counted, not drawn one by one', async () => {
  const environments = Array.from({ length: 3000 }, (_, i) => `project-${i % 100}/environment-${i}`)
  const crowd = viewOf([statement(subjects(`${plain}*`))], { ...universe, environments })
  const drawn = readSvg(await drawReach(crowd, 'svg'))
  requireApart(drawn)
  const callers = [...drawn.boxes.values()].filter(({ kind }) => kind === 'callers')
  assert.equal(callers.length, 1)
  assert.match(callers[0]!.text, /^3001 callers of 101 projects\nproject-0: 30 callers\n[\s\S]*and 89 more$/)
  // A project that comes in by statements of its own keeps its box and its names.
  const own = viewOf([statement(subjects(`${plain}*`)), statement(subjects(`${plain}project-7/*`))], {
    ...universe,
    environments: environments.slice(0, 200),
  })
  const boxes = [...readSvg(await drawReach(own, 'svg')).boxes.values()].filter(
    ({ kind }) => kind === 'callers',
  )
  assert.equal(boxes.length, 2)
  assert.ok(boxes.some(({ text }) => text === 'project-7\nenvironment-7\nenvironment-107'))
})

test('long text keeps both its ends', () => {
  assert.equal(shortened('abcdefghij', 5), 'ab…ij')
  assert.equal(shortened('abc', 5), 'abc')
  assert.equal(shortened('😀😀😀😀', 3), '😀…😀')
  assert.equal(escapeMarkup('a\u202e<\ud800'), 'a\ufffd&lt;\ufffd')
})
