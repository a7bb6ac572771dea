import { errorAt } from '../../diag/index.ts'
import { nil, oneOf, type Schema } from '../../schema/index.ts'
import { joinKey } from '../../syntax/index.ts'
import { type ExportedRecord, type ExportedValue, isExportedRecord } from '../../value/index.ts'
import type { CallBody, Expr } from '../expr.ts'
import type { Rotator } from '../provider.ts'
import { recordSchema, stringSchema } from '../schemas.ts'
import type { Scope } from '../scope.ts'
import { deepSecret } from '../unexport.ts'
import type { Value } from '../value.ts'
import { pending } from '../waiting.ts'
import { builtin, failed, messageOf, resultOf } from './builtin.ts'
import { compiles } from './open.ts'
import { answered, inputRecord, inspected, reportFailure } from './provider-call.ts'

/**
 * `fn::rotate::<provider>: {inputs, state}`: opened with its state like a provider; when rotating, the next state is made
 * first, opened in place of the old one, and handed out as a patch.
 */
export const rotate = builtin({
  name: 'rotate',
  schema: true,
  parts: (call) => [call.provider, call.inputs, call.state],
  evaluate: (x, body, scope, call) => {
    const result = resultOf(x)
    if (call.provider === null) return failed(result)
    const rotator = loadRotator(call.provider.value, x, body, scope)
    if (rotator !== null) result.schema = x.schema
    const inputs = scope.typed(body.args[1]!, body.inputSchema)
    const state = scope.typed(body.args[2]!, body.stateSchema)
    const path = x.place?.path ?? ''
    const rotates = scope.mode.rotating && isSelected(path, scope)
    const fits = inspected(rotator?.inspect, inputs.value, body.args[1]!, x, scope)
    const fit = fits && inputs.ok && state.ok
    const known =
      fit && !inputs.value.containsObservableUnknowns(scope.mode.rotating) && !state.value.containsUnknowns()
    const held = fit && !scope.mode.validating && scope.holdsCalls(rotates ? 2 : 1)
    const calls = rotator !== null && known && !held && !scope.mode.validating
    const record = calls ? inputRecord(inputs.value, x, scope) : null
    if (rotator === null || record === null) {
      if (rotates) scope.rotated({ path, status: 'not-evaluated', diagnostics: [] })
      return failed(result)
    }
    const stored = recordOrNull(scope.exported(state.value))
    return run({ rotator, inputs: record, x, body, scope, path }, stored, rotates, result)
  },
  argumentSchema: ({ inputSchema, stateSchema }, { short }) =>
    recordSchema(
      short
        ? [
            ['inputs', inputSchema],
            ['state', stateSchema],
          ]
        : [
            ['inputs', inputSchema],
            ['provider', stringSchema],
            ['state', stateSchema],
          ],
    ),
  argument: ({ args }, { short }) => {
    const members: [string, Expr][] = [
      ['provider', args[0]!],
      ['inputs', args[1]!],
      ['state', args[2]!],
    ]
    return { kind: 'object', range: null, members: short ? members.slice(1) : members }
  },
})

interface Rotation {
  readonly rotator: Rotator
  readonly inputs: ExportedRecord
  readonly x: Expr
  readonly body: CallBody
  readonly scope: Scope
  readonly path: string
}

function loadRotator(name: string, x: Expr, body: CallBody, scope: Scope): Rotator | null {
  let rotator: Rotator
  try {
    rotator = scope.outside.rotator(name)
  } catch (error) {
    if (error === pending) throw error
    scope.error(x.place, messageOf(error))
    return null
  }
  if (!compiles(rotator.inputs, 'invalid input schema', x, scope)) return null
  body.inputSchema = rotator.inputs
  const state: Schema = oneOf([rotator.state, nil()])
  if (!compiles(state, 'invalid state schema', x, scope)) return null
  body.stateSchema = state
  if (!compiles(rotator.outputs, 'invalid schema', x, scope)) return null
  x.schema = rotator.outputs
  return rotator
}

function isSelected(path: string, { mode: { rotatePaths } }: Scope): boolean {
  return rotatePaths.size === 0 || rotatePaths.has(path)
}

function run(rotation: Rotation, stored: ExportedRecord | null, rotates: boolean, result: Value): Value {
  const { rotator, inputs, x, body, scope } = rotation
  let state = stored
  if (rotates) {
    const next = nextState(rotation, stored)
    if (next === null) return failed(result)
    state = recordOrNull(next)
  }
  try {
    return answered(scope.outside.openRotated(body.call, rotator, inputs, state, scope.callContext), x, scope)
  } catch (error) {
    reportFailure(error, '', x, scope)
    return failed(result)
  }
}

/** Rotates once; the outcome is recorded either way. Begins only when nothing before it is still open. */
function nextState(rotation: Rotation, stored: ExportedRecord | null): ExportedValue | null {
  const { rotator, inputs, x, body, scope, path } = rotation
  if (!scope.outside.hasRotation(body.call)) scope.requireSettled()
  try {
    const { value, warnings } = scope.outside.rotate(body.call, rotator, inputs, stored, scope.callContext)
    for (const { summary, detail } of warnings) scope.warning(x.place, summary, detail)
    const next = value.secret ? deepSecret(value) : value
    const docPath = joinKey(path, body.call.name)
    scope.rotated(
      { path, status: 'succeeded', diagnostics: [] },
      { docPath: `${docPath}.state`, replacement: next },
    )
    return next
  } catch (error) {
    reportFailure(error, 'rotate: ', x, scope)
    const text = messageOf(error)
    scope.rotated({ path, status: 'failed', diagnostics: [errorAt(x.place?.range ?? null, text, path)] })
    return null
  }
}

function recordOrNull({ value }: ExportedValue): ExportedRecord | null {
  return isExportedRecord(value) ? value : null
}
