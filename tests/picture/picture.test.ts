import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { drawReach } from '../../src/picture/index.ts'
import { parsePolicy, reach } from '../../src/trust/index.ts'
import { chromium, withPage } from './browser.ts'

const skip =
  chromium === null ? 'SKIPPED: no Chromium here; install one, or name it in OPENESC_CHROMIUM' : false
const issuer = 'environments.a-company-with-a-long-name.example.com/oidc'
const plain = 'pulumi:environments:org:acme:env:'
const provider = { url: `https://${issuer}`, clientIds: ['aws:acme'], account: '123456789012' }

function statement(subject: string, rest: object = {}): object {
  return {
    Effect: 'Allow',
    Principal: { Federated: `arn:aws:iam::123456789012:oidc-provider/${issuer}` },
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition: {
      StringEquals: { [`${issuer}:aud`]: 'aws:acme' },
      StringLike: { [`${issuer}:sub`]: subject },
    },
    ...rest,
  }
}

async function pageOf(statements: readonly object[], environments: readonly string[]): Promise<string> {
  const policy = { Version: '2012-10-17', Statement: statements }
  const name = 'arn:aws:iam::123456789012:role/a/path/of/many/parts/deployer-of-everything-in-production'
  const universe = { organization: 'acme', environments, users: ['ada'], teams: [], attributeLists: [] }
  const reaches = [reach({ name, policy, provider }, universe)]
  return drawReach({ name, policy: parsePolicy(policy).policy!, reaches, denied: universe }, 'html')
}

const hostile = [
  'a/<script>alert(1)</script>',
  'a/<img src=https://203.0.113.1/x onerror=alert(2)>',
  'a/"onload="alert(3)',
  'a/\u202egnp.exe',
  `b/${'W'.repeat(300)}`,
  'b/漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字',
  'b/😀😀😀😀😀😀',
  'b/مرحبا',
  'c/z\u0300\u0300\u0300',
]
const many = (count: number) => Array.from({ length: count }, (_, i) => `team-${i % 40}/environment-${i}`)

// What each text lies on, and the contrast of its colour with that (WCAG 2.2 §1.4.3).
const contrasts = `(() => {
  const light = (color) => {
    const parts = color.match(/[\\d.]+/g).slice(0, 3).map((part) => Number(part) / 255)
    const [r, g, b] = parts.map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const ratio = (a, b) => (Math.max(light(a), light(b)) + 0.05) / (Math.min(light(a), light(b)) + 0.05)
  const drawn = [...document.querySelectorAll('svg g')].map((group) =>
    ratio(getComputedStyle(group.querySelector('text')).fill, getComputedStyle(group.querySelector('rect')).fill))
  const body = getComputedStyle(document.body)
  return [ratio(body.color, body.backgroundColor), ...drawn]
})()`

// Texts that stick out of their box.
const strays = `[...document.querySelectorAll('svg g')].flatMap((group) => {
  const box = group.querySelector('rect').getBoundingClientRect()
  return [...group.querySelectorAll('text')].flatMap((text) => {
    const at = text.getBoundingClientRect()
    const inside = at.left >= box.left && at.right <= box.right + 0.5 && at.top >= box.top - 1 && at.bottom <= box.bottom + 1
    return inside ? [] : [text.textContent]
  })
})`

const scenes: readonly (readonly [
  what: string,
  statements: readonly object[],
  environments: readonly string[],
])[] = [
  ['three environments', [statement(`${plain}team-1/environment-1`, { Sid: 'One' })], many(3)],
  [
    'thirty environments and a Deny',
    [statement(`${plain}team-1*`), statement(`${plain}*`), statement('*<yaml>', { Effect: 'Deny' })],
    many(30),
  ],
  [
    'three hundred environments',
    Array.from({ length: 12 }, (_, i) => statement(`${plain}team-${i}*`)),
    many(300),
  ],
  ['hostile names', [statement(`${plain}*`)], hostile],
]

for (const [what, statements, environments] of scenes) {
  test(`a browser shows ${what}: legible in both schemes, nothing outside its box, nothing run or fetched`, {
    skip,
  }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'esc-picture-'))
    const file = join(folder, 'reach.html')
    try {
      writeFileSync(file, await pageOf(statements, environments))
      await withPage(file, async ({ deeds, evaluate, resize }) => {
        for (const [width, dark] of [
          [1400, false],
          [1400, true],
          [400, false],
        ] as const) {
          await resize(width, 900, dark)
          const ratios = await evaluate<number[]>(contrasts)
          assert.ok(ratios.length > 2 && Math.min(...ratios) >= 4.5, `contrasts ${ratios}`)
          assert.deepEqual(await evaluate<string[]>(strays), [])
          const overflow = await evaluate<number>('document.documentElement.scrollWidth - innerWidth')
          assert.ok(overflow <= 0, `the page is ${overflow} px wider than a window of ${width}`)
        }
        assert.equal(
          await evaluate<number>('document.querySelectorAll("script, img, link, iframe, object").length'),
          0,
        )
        const name = await evaluate<string>('document.querySelector("svg title").textContent')
        assert.match(name, /^Who can become the role of arn:aws:iam::/)
        // Whoever has no mouse can scroll the drawing too.
        await evaluate('document.querySelector("figure").focus()')
        assert.equal(await evaluate<string>('document.activeElement.tagName'), 'FIGURE')
        assert.deepEqual(deeds, { said: [], requested: [`file://${file}`], dialogs: [] })
      })
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
}
