import type { CallExpression, Definition, Expression, PropertyAccess } from '../expr/index.ts'

/** What can be said of a definition without evaluating it. */
export interface Survey {
  /** Every builtin call, outermost first, in source order. */
  readonly calls: readonly CallExpression[]
  /** Whether a value of it may be final: it marks one, or takes one over from an environment it refers to. */
  readonly mayBeFinal: boolean
}

/** Looks through a definition once. */
export function surveyOf(definition: Definition): Survey {
  const calls: CallExpression[] = []
  let refersElsewhere = false
  const meet = ({ accessors: [first] }: PropertyAccess) => {
    if (first !== undefined && first.kind !== 'index' && first.key === 'environments') refersElsewhere = true
  }
  const visit = (expression: Expression): void => {
    switch (expression.kind) {
      case 'symbol':
        meet(expression.access)
        break
      case 'array':
        for (const element of expression.elements) visit(element)
        break
      case 'object':
        for (const entry of expression.entries) visit(entry.value)
        break
      case 'call':
        calls.push(expression)
        visit(expression.argument)
        break
    }
  }
  for (const { value } of definition.values ?? []) visit(value)
  return { calls, mayBeFinal: refersElsewhere || calls.some(({ builtin }) => builtin === 'final') }
}
