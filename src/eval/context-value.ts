import { type ExportedRecord, type ExportedValue, recordOf } from '../value/index.ts'
import { placeholder } from './expr.ts'
import type { Budget } from './limits.ts'
import { noTrace, unexport } from './unexport.ts'
import type { Value } from './value.ts'

/** The keys of the context that the evaluator sets itself. */
export const ownContextKeys: readonly string[] = ['currentEnvironment', 'rootEnvironment']

/** Whether an environment name counts as none: its imports are then roots of their own (language specification §5.5). */
export function isAnonymous(rootName: string): boolean {
  return rootName === '' || rootName === '<yaml>'
}

/** What `${context}` is in an environment: the caller's facts, the environment's name and the root's. */
export function contextValue(values: ExportedRecord, name: string, rootName: string, budget: Budget): Value {
  const named = (text: string): ExportedValue => record([['name', { value: text, trace: noTrace }]])
  const [current, root] = ownContextKeys as [string, string]
  const all = record([...Object.entries(values), [current, named(name)], [root, named(rootName)]])
  return unexport(all, placeholder(null), budget)
}

function record(entries: readonly (readonly [string, ExportedValue])[]): ExportedValue {
  return { value: recordOf(entries), trace: noTrace }
}
