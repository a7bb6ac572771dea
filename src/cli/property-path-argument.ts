import { type PropertyPath, parsePropertyPath } from '../value/index.ts'
import { Failure } from './failure.ts'

/**
 * The path that an argument means.
 *
 * @throws Failure `<prefix>: <what is wrong>`
 */
export function pathArgument(text: string, prefix: string): PropertyPath {
  try {
    return parsePropertyPath(text)
  } catch (error) {
    throw new Failure(`${prefix}: ${(error as Error).message}`, { cause: error })
  }
}
