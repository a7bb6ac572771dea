// The pages show what really happens: every command in their `console` blocks is run against a real server and sandbox, and
// `npm run accept -- docs` writes what it printed.
import assert from 'node:assert/strict'
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type Scene, startScene } from '../aws/scene.ts'
import { runConsoleBlocks, wordsOf } from './console-blocks.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const accepts = process.env['OPENESC_ACCEPT'] === '1'

/** Files that the page speaks of, each from an example. */
const shownFiles = [
  'examples/aws-setup/prod.yaml',
  'examples/aws-setup/dev.yaml',
  'examples/aws-trust-gate/main.json',
  'examples/aws-trust-gate/widened.json',
  'examples/aws-trust-gate/universe.json',
  'examples/aws-trust-gate/github.json',
]

async function runPage(page: string, scene: Scene): Promise<string> {
  let lastCode = 0
  let now = 1_800_000_000_000
  // Each look at the clock is two milliseconds later, so that times are the same in every run.
  const clock = { now: () => (now += 2), sleep: async () => {}, timeZone: 'UTC' }
  return await runConsoleBlocks(page, async (line) => {
    if (line === 'echo $?') return `${lastCode}`
    const [program, redirect] = line.split(/ > (?=\S+$)/)
    const [name, ...args] = wordsOf(program ?? '')
    if (name === 'cat') return scene.read(args[0] ?? '')
    assert.equal(name, 'esc', `the page runs esc alone: ${line}`)
    let shown = ''
    const { code, stdout } = await scene.esc(args, {
      change: { clock },
      heard: (stream, text) => {
        if (redirect === undefined || stream === 'stderr') shown += text
      },
    })
    lastCode = code
    if (redirect !== undefined) scene.write(redirect, stdout)
    return shown.replaceAll(scene.stage.url, 'http://127.0.0.1:3721')
  })
}

test('docs/aws.md shows what its commands print', async () => {
  const path = join(root, 'docs/aws.md')
  const page = readFileSync(path, 'utf8')
  const scene = await startScene()
  try {
    for (const file of shownFiles) copyFileSync(join(root, file), join(scene.folder, basename(file)))
    const real = await runPage(page, scene)
    assert.doesNotMatch(real, /eyJ[\w-]{10,}\.|ASIASANDBOX/, 'no token and no key is shown')
    if (accepts) writeFileSync(path, real)
    else assert.equal(page, real, 'run `npm run accept -- docs` and look at the difference')
  } finally {
    await scene.close()
  }
})

test('a page that shows another output is found out, and a long one is cut', async () => {
  const page = 'a\n```console lines=1\n$ esc one \\\n    two\nold\n$ esc three\n```\nb\n'
  const run = async (line: string) => (line === 'esc one two' ? 'new\nmore\n' : '')
  assert.equal(
    await runConsoleBlocks(page, run),
    'a\n```console lines=1\n$ esc one \\\n    two\nnew\n...\n$ esc three\n```\nb\n',
  )
  assert.deepEqual(wordsOf(`esc prove x --never '*:env:a b' "c"`), [
    'esc',
    'prove',
    'x',
    '--never',
    '*:env:a b',
    'c',
  ])
})
