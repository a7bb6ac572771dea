import type { Command } from './command.ts'
import type { Flag, FlagTable } from './flags.ts'
import type { Entry } from './tree.ts'

const about = `OpenESC - environments, secrets and configuration, self-hosted

Start here:

    $ {esc} server start                                 a server of your own
    $ {esc} login http://localhost:3720                  log in to it
    $ {esc} env init acme/web/dev                        a first environment
    $ {esc} env set acme/web/dev greeting hello          a value
    $ {esc} env set acme/web/dev password --secret       a secret, typed without being shown
    $ {esc} open acme/web/dev                            all of it, secrets in clear
    $ {esc} run acme/web/dev -- npm start                a program that gets it as variables`

/** The overview that `esc` alone prints, and the help of groups. */
export function groupHelp(entry: Entry, path: readonly string[]): string {
  const name = path.join(' ')
  const head = path.length === 1 ? about.replaceAll('{esc}', name) : entry.summary
  return `${head}

Usage:
  ${name} [command]

${childrenHelp(entry)}
Use "${name} [command] --help" for more about a command.
`
}

function childrenHelp(entry: Entry): string {
  const children = (entry.children ?? []).filter((child) => !child.hidden)
  const width = Math.max(...children.map((child) => child.name.length))
  return `Commands:\n${children.map((child) => `  ${child.name.padEnd(width)}   ${child.summary}\n`).join('')}`
}

/** The help of a command: what it does, how it is called, examples, flags. */
export function commandHelp(
  command: Command,
  entry: Entry,
  path: readonly string[],
  flags: FlagTable,
): string {
  const name = path.join(' ')
  const parts = [
    ...introduction(command),
    `Usage:\n  ${name}${command.usage === '' ? '' : ` ${command.usage}`} [flags]\n`,
    entry.aliases === undefined ? '' : `Aliases:\n  ${[entry.name, ...entry.aliases].join(', ')}\n`,
    command.examples.length === 0
      ? ''
      : `Examples:\n${command.examples.map((example) => `  $ ${example}\n`).join('')}`,
    entry.children === undefined ? '' : childrenHelp(entry),
    `Flags:\n${flagLines(flags)}`,
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
