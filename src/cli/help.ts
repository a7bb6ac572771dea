import type { Command } from './command.ts'
import { type Flag, type FlagTable, toggle } from './flags.ts'
import type { Entry } from './tree.ts'

const about = `OpenESC - Manage environments, secrets, and configuration, on a server of your own

To begin working with OpenESC, start a server, log in to it and make an environment:

    $ {esc} server start
    $ {esc} login http://localhost:3720
    $ {esc} env init acme/web/dev

The most common commands from there are:

    - {esc} env get  : Get a property in an environment definition
    - {esc} env set  : Set a property in an environment definition
    - {esc} env edit : Edit an environment definition
    - {esc} env ls   : List available environments
    - {esc} run      : Run a command within the context of an environment
    - {esc} open     : Open an environment and access its contents
    - {esc} aws      : Let environments become AWS roles, and see who else can`

/** The overview that `esc` alone prints, and the help of groups. */
export function groupHelp(entry: Entry, path: readonly string[], persistent: FlagTable = {}): string {
  const name = path.join(' ')
  const head = path.length === 1 ? about.replaceAll('{esc}', name) : entry.summary
  return `${head}

Usage:
  ${name} [command]

${aliasLines(entry)}${childrenHelp(entry)}
Flags:
${flagLines({ ...persistent, help: helpFlag(path) })}
${more(path)}`
}

function aliasLines({ name, aliases }: Entry): string {
  return aliases === undefined ? '' : `Aliases:\n  ${[name, ...aliases].join(', ')}\n\n`
}

function childrenHelp(entry: Entry): string {
  const children = (entry.children ?? []).filter((child) => !child.hidden)
  const width = Math.max(...children.map((child) => child.name.length))
  return `Available Commands:\n${children.map((child) => `  ${child.name.padEnd(width)}  ${child.summary}\n`).join('')}`
}

function more(path: readonly string[]): string {
  return `Use "${path.join(' ')} [command] --help" for more information about a command.\n`
}

function helpFlag(path: readonly string[]): Flag {
  return toggle(`help for ${path.at(-1)}`, { short: 'h' })
}

/** The help of a command: what it does, how it is called, examples, flags. */
export function commandHelp(
  command: Command,
  entry: Entry,
  path: readonly string[],
  flags: FlagTable,
): string {
  const name = path.join(' ')
  const { env, ...own } = flags
  const isGroup = entry.children !== undefined
  const calls = `  ${name}${command.usage === '' ? '' : ` ${command.usage}`} [flags]\n`
  const parts = [
    ...introduction(command),
    `Usage:\n${calls}${isGroup ? `  ${name} [command]\n` : ''}`,
    aliasLines(entry).replace(/\n$/, ''),
    command.examples.length === 0
      ? ''
      : `Examples:\n${command.examples.map((example) => `  $ ${example}\n`).join('')}`,
    isGroup ? childrenHelp(entry) : '',
    `Flags:\n${flagLines({ ...own, help: helpFlag(path) })}`,
    env === undefined ? '' : `Global Flags:\n${flagLines({ env })}`,
    isGroup ? more(path) : '',
  ]
  return parts.filter((part) => part !== '').join('\n')
}

const experimental = '[EXPERIMENTAL]'

/** The mark of what may still change stands before everything else. */
function introduction({ summary, description = '' }: Command): readonly string[] {
  const isExperimental = description.startsWith(experimental)
  const more = (isExperimental ? description.slice(experimental.length) : description).trim()
  return [`${isExperimental ? `${experimental} ` : ''}${summary}\n`, more === '' ? '' : `${more}\n`]
}

function flagLines(flags: FlagTable): string {
  const shown = Object.entries(flags).filter(([, flag]) => !flag.hidden)
  const names = shown.map(([name, flag]) => flagName(name, flag))
  const width = Math.max(...names.map((name) => name.length))
  return shown
    .map(([, flag], at) => {
      const initial = flag.shown === '' ? '' : ` (default ${flag.shown})`
      return `  ${(names[at] ?? '').padEnd(width)}   ${flag.help}${initial}\n`
    })
    .join('')
}

function flagName(name: string, flag: Flag): string {
  const short = flag.short === undefined ? '    ' : `-${flag.short}, `
  const value =
    flag.placeholder === '' ? '' : flag.bare === undefined ? ` ${flag.placeholder}` : `[=${flag.placeholder}]`
  return `${short}--${name}${value}`
}
