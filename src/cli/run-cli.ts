import { checkCount } from './argument-count.ts'
import type { Command } from './command.ts'
import { exitCodeOf } from './exit-code.ts'
import { apiErrorOf, Exit, isExpected } from './failure.ts'
import { type Found, findCommand } from './find-command.ts'
import { type FlagTable, parseFlags, requireFlags, text, toggle } from './flags.ts'
import { createOutput } from './output.ts'
import { escapeControls } from './terminal-text.ts'
import { root } from './tree.ts'
import type { World } from './world.ts'

/**
 * Runs one command line (without the program's name) and gives the exit code: 0, 1 for every error, or what a command
 * asks for. Never throws: what is wrong is said on stderr as `Error: …`.
 */
export async function runCli(argv: readonly string[], world: World): Promise<number> {
  try {
    return await dispatch(argv, world)
  } catch (error) {
    if (error instanceof Exit) return error.code
    const { errorColors, note } = createOutput(world)
    note(`${errorColors.red('Error:')} ${escapeControls(messageOf(error))}`)
    const step = apiErrorOf(error)?.nextStep ?? ''
    // The words of a refusal are fixed by what scripts look for; a person gets the server's next step with them.
    if (step !== '' && world.stderr.isTerminal) note(`  try: ${escapeControls(step)}`)
    return exitCodeOf(error, world)
  }
}

/** An unexpected error tells no stack: the message is enough for a report, and a stack may show what was handled. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return 'internal error'
  const hint = 'hint' in error && typeof error.hint === 'string' && error.hint !== '' ? `; ${error.hint}` : ''
  return isExpected(error) ? `${error.message}${hint}` : `internal error: ${(error as Error).message}`
}

async function dispatch(argv: readonly string[], world: World): Promise<number> {
  const isForHelp = argv[0] === 'help' && !argv[1]?.startsWith('-')
  const args = isForHelp ? [...argv.slice(1), '--help'] : argv
  const found = findCommand(root, args)
  const { entry, path, rest } = found
  if (entry.load === undefined) return showGroup(found, world)
  const { command } = await entry.load()
  const flags = flagsOf(command, path)
  const parsed = parseFlags(rest, flags)
  if (parsed.values['help'] === true) {
    const { commandHelp } = await import('./help.ts')
    createOutput(world).write(commandHelp(command, entry, path, flags))
    return 0
  }
  const reference = parsed.given.has('env') ? String(parsed.values['env']) : null
  const borrowed = command.takesReference && reference !== null ? 1 : 0
  checkCount(command.arguments, parsed.positionals.length + borrowed)
  requireFlags(flags, parsed.given)
  await command.execute({ world, parsed, reference })
  return 0
}

/** A command's own flags, `--env` under `esc env`, and `--help`. */
export function flagsOf(command: Command, path: readonly string[]): FlagTable {
  return { ...command.flags, ...persistentFlags(path), help: toggle('Show this help', { short: 'h' }) }
}

/** The flags that every command below a group takes. */
export function persistentFlags(path: readonly string[]): FlagTable {
  return path[1] === 'env' ? { env: text('The environment, instead of the first argument') } : {}
}

async function showGroup({ entry, path, rest }: Found, world: World): Promise<number> {
  const persistent = persistentFlags(path)
  parseFlags(rest, { ...persistent, help: toggle('', { short: 'h' }) })
  const { groupHelp } = await import('./help.ts')
  createOutput(world).write(groupHelp(entry, path, persistent))
  return 0
}
