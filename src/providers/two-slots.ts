import { ProviderError } from '../eval/index.ts'
import type { Schema, SchemaObject } from '../schema/index.ts'
import { type ExportedRecord, type ExportedValue, recordOf } from '../value/index.ts'
import { nowhere } from './outputs.ts'

/** The state and the output of rotators that keep two live values: `current`, and `previous` after the second rotation. */
export function twoSlotSchema(value: () => Schema): SchemaObject {
  return {
    type: 'object',
    additionalProperties: false,
    required: ['current'],
    properties: { current: value(), previous: value() },
  }
}

/**
 * The next state: `made` becomes current, what was current becomes previous, and the one before is let go. The record itself is
 * no secret, its members are: a state must stay an object literal in the text (language §4.3).
 */
export function nextState(state: ExportedRecord | null, made: ExportedValue): ExportedValue {
  const before = state?.current
  const members: [string, ExportedValue][] = [['current', made]]
  if (before !== undefined) members.push(['previous', before])
  return { value: recordOf(members), trace: nowhere }
}

/**
 * What an open gives for a stored state.
 *
 * @throws ProviderError before the first rotation
 */
export function openState(rotator: string, state: ExportedRecord | null): ExportedValue {
  if (state === null) {
    throw new ProviderError(
      `${rotator}: not rotated yet, so there is no secret to open`,
      'try: run `esc env rotate` on the environment that holds it',
    )
  }
  return { value: state, secret: true, trace: nowhere }
}
