// Tells the walk as it happens: text for a person, or one JSON object with the facts of every step.
import { createColors } from '../../src/cli/colors.ts'

export interface Step {
  readonly step: number
  readonly title: string
  readonly facts: Readonly<Record<string, unknown>>
}

export interface Narrator {
  readonly steps: readonly Step[]
  begin(title: string): void
  command(text: string): void
  output(text: string): void
  note(text: string): void
  facts(facts: Readonly<Record<string, unknown>>): void
  warn(text: string): void
}

/** A narrator that prints; with `json` it prints nothing until the end. */
export function createNarrator(options: { readonly json: boolean; readonly color: boolean }): Narrator {
  const colors = createColors(options.color)
  const print = (text: string) => {
    if (!options.json) process.stdout.write(`${text}\n`)
  }
  const steps: Step[] = []
  let title = ''
  return {
    steps,
    begin: (name) => {
      title = name
      print(`\n${colors.bold(colors.cyan(`${steps.length + 1}. ${name}`))}`)
    },
    command: (text) => print(`   ${colors.dim('$')} ${text}`),
    output: (text) => print(text.trimEnd().replace(/^/gm, '     ')),
    note: (text) => print(`   ${colors.green('→')} ${text}`),
    warn: (text) => print(`   ${colors.yellow('!')} ${text}`),
    facts: (facts) => {
      steps.push({ step: steps.length + 1, title, facts })
    },
  }
}
