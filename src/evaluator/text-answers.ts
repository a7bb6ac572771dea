import { AppError } from '../diag/index.ts'
import type { AnswerQuestion } from './answers.ts'
import { HostError, type PackedResult } from './messages.ts'
import type { TextHost, WorkedText } from './text-work.ts'

/** The answers to what work on a text asks, and what was thrown in the place of one. */
export interface SecretAnswers {
  readonly answer: AnswerQuestion
  readonly thrown: readonly unknown[]
}

/** Answers from what holds the keys. The worker is told of a failure that it is over, and this side keeps what it was. */
export function answersOfSecrets(secrets: TextHost['secrets']): SecretAnswers {
  const thrown: unknown[] = []
  return {
    thrown,
    answer: async (question) => {
      if (question.ask !== 'secrets') throw new Error('work on a text asks for its secrets alone')
      try {
        return { secrets: await secrets(question.secrets) }
      } catch (error) {
        thrown.push(error)
        throw new HostError()
      }
    },
  }
}

/**
 * What a worker made of a text.
 *
 * @throws AppError DIAGNOSTICS when it was ended at a bound; what was thrown in the place of an answer
 */
export async function workedOf(
  result: Promise<PackedResult | WorkedText>,
  { thrown }: SecretAnswers,
): Promise<WorkedText> {
  let made: PackedResult | WorkedText
  try {
    made = await result
  } catch (error) {
    throw thrown.length > 0 ? thrown[0] : error
  }
  if ('findings' in made) return made
  throw new AppError('DIAGNOSTICS', {}, { diagnostics: made.diagnostics })
}
