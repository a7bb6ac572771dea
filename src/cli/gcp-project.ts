import type { YamlNode } from '../syntax/index.ts'
import { Failure } from './failure.ts'
import { numberNode } from './provider-block.ts'

/** The number of a Google Cloud project as a number. */
export function projectNumber(text: string): YamlNode {
  if (!/^[0-9]+$/.test(text) || BigInt(text) === 0n || BigInt(text) >= 2n ** 63n) {
    throw new Failure(`invalid project number ${JSON.stringify(text)}: must be a positive integer`)
  }
  return numberNode(BigInt(text).toString())
}
