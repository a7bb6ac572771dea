// What the pages say to type can be typed: each command is there, takes these flags, and as many arguments.
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { checkCount } from '../../src/cli/argument-count.ts'
import { findCommand } from '../../src/cli/find-command.ts'
import { parseFlags, requireFlags } from '../../src/cli/flags.ts'
import { flagsOf } from '../../src/cli/run-cli.ts'
import { root } from '../../src/cli/tree.ts'
import { wordsOf } from './console-blocks.ts'

const folder = fileURLToPath(new URL('../..', import.meta.url))
// What a release said of commands stays said, so the change log is left out.
const pages = [
  '{README,SECURITY,CONTRIBUTING,ARCHITECTURE}.md',
  'docs/*.md',
  'examples/**/*.md',
  'deploy/**/*.md',
].flatMap((pattern) => globSync(pattern, { cwd: folder }))

/** The command lines of the shell blocks of a page that run `esc`, without what a shell would take away. */
function commandLines(page: string): readonly string[] {
  const blocks = [...page.matchAll(/^ *```(?:sh|shell|bash)\n([\s\S]*?)^ *```$/gm)].map(([, body]) => body!)
  return blocks
    .flatMap((body) => body.replaceAll(/\\\n\s*/g, ' ').split('\n'))
    .flatMap((line) => /^\s*(?:\w+=\S*(?:\([^)]*\))? )*(?:\S*\/)?esc (.+)$/.exec(line)?.[1] ?? [])
    .map(bare)
}

/** The commands that the text itself names; a mention may leave arguments out. */
function mentions(page: string): readonly string[] {
  const text = page.replaceAll(/^ *```[\s\S]*?^ *```$/gm, '')
  return [...text.matchAll(/`esc ([^`<][^`]*)`/g)].map(([, line]) => bare(line!))
}

function bare(line: string): string {
  return line.split(/ +(?:#|\||>|<(?! |\w)|&&|\d>|…|--(?= |$))/)[0]!.trim()
}

for (const page of pages) {
  const text = readFileSync(`${folder}/${page}`, 'utf8')
  const lines = commandLines(text)
  const named = mentions(text)
  if (lines.length + named.length === 0) continue
  test(`the ${lines.length} command lines and ${named.length} mentions of ${page} can be typed`, async () => {
    for (const line of named) {
      const { entry, path, rest } = findCommand(root, wordsOf(line))
      const flags = entry.load === undefined ? { help: true } : flagsOf((await entry.load()).command, path)
      for (const word of rest.filter((each) => each.startsWith('--')))
        assert.ok(word.slice(2).split('=')[0]! in flags, `${page}: esc ${line} has no ${word}`)
      if (entry.load === undefined)
        assert.deepEqual(
          rest.filter((word) => !word.startsWith('-')),
          [],
          `${page}: esc ${line}`,
        )
    }
    for (const line of lines) {
      const { entry, path, rest } = findCommand(root, wordsOf(line))
      if (entry.load === undefined) {
        assert.deepEqual(rest, ['--help'], `${page}: esc ${line} names a group`)
        continue
      }
      const { command } = await entry.load()
      const flags = flagsOf(command, path)
      try {
        const parsed = parseFlags(rest, flags)
        if (parsed.values['help'] === true) continue
        checkCount(command.arguments, parsed.positionals.length)
        requireFlags(flags, parsed.given)
      } catch (error) {
        assert.fail(`${page}: esc ${line}: ${(error as Error).message}`)
      }
    }
  })
}
