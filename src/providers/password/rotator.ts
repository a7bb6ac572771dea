import type { InputFinding, Rotator } from '../../eval/index.ts'
import type { ExportedRecord } from '../../value/index.ts'
import { booleanInput, numberInput, textInput } from '../inputs.ts'
import { textOutput } from '../outputs.ts'
import { type RandomBytes, shuffled, uniform } from '../random.ts'
import { nextState, openState, twoSlotSchema } from '../two-slots.ts'
import { unknownInputs } from '../unknown-inputs.ts'
import { classes, defaultLength, defaultSpecial, inputSchema } from './schema.ts'

/** `fn::rotate::password`: a random password, with the one before it (providers §5.5). No call is made. */
export function password(random: RandomBytes): Rotator {
  return {
    inputs: inputSchema(),
    state: twoSlotSchema(() => ({ type: 'string', secret: true })),
    outputs: twoSlotSchema(() => ({ type: 'string', secret: true })),
    inspect,
    open: async (_inputs, state) => openState('password', state),
    rotate: async (inputs, state) => nextState(state, textOutput(generate(readRules(inputs), random), true)),
  }
}

/** A class of characters that may be drawn from, and how many of it there must be at least. */
interface CharacterClass {
  readonly characters: readonly string[]
  readonly least: number
}

interface Rules {
  readonly length: number
  readonly classes: readonly CharacterClass[]
}

function readRules(inputs: ExportedRecord): Rules {
  const special = textInput(inputs, 'overrideSpecial') ?? defaultSpecial
  return {
    length: numberInput(inputs, 'length') ?? defaultLength,
    classes: classes
      .filter(({ name }) => booleanInput(inputs, name) ?? true)
      .map(({ characters, minimum }) => ({
        characters: [...new Set(characters ?? special)],
        least: numberInput(inputs, minimum) ?? 0,
      })),
  }
}

/** The characters that must be there first, the rest from all classes together, then all in a random order. */
function generate({ length, classes: allowed }: Rules, random: RandomBytes): string {
  const draw = (from: readonly string[], count: number) =>
    Array.from({ length: count }, () => from[uniform(from.length, random)]!)
  const required = allowed.flatMap(({ characters, least }) => draw(characters, least))
  const alphabet = [...new Set(allowed.flatMap(({ characters }) => characters))]
  return shuffled([...required, ...draw(alphabet, length - required.length)], random).join('')
}

/** The rules between inputs that the schema cannot say, each with its place. */
function inspect(inputs: ExportedRecord): readonly InputFinding[] {
  const findings: InputFinding[] = [...unknownInputs('password', inputs, inputSchema())]
  const error = (path: readonly string[], summary: string) =>
    findings.push({ severity: 'error', path, summary: `password: ${summary}` })
  const off = classes.filter(({ name }) => booleanInput(inputs, name) === false)
  if (off.length === classes.length) {
    error([], 'at least one of `lower`, `upper`, `numeric` and `special` must be on, got none')
  }
  for (const { name, minimum } of off) {
    const least = numberInput(inputs, minimum) ?? 0
    if (least > 0) error([minimum], `${minimum} is ${least}, but \`${name}\` is off; leave one of them out`)
  }
  const length = numberInput(inputs, 'length') ?? defaultLength
  const least = classes.reduce((sum, { minimum }) => sum + (numberInput(inputs, minimum) ?? 0), 0)
  if (least > length) {
    error(
      [],
      `the minimums add up to ${least}, more than the length of ${length}; raise \`length\` or lower them`,
    )
  }
  if (textInput(inputs, 'overrideSpecial') === '' && booleanInput(inputs, 'special') !== false) {
    error(['overrideSpecial'], 'overrideSpecial has no character; name some, or write `special: false`')
  }
  return findings
}
