import type {
  CallExpression,
  Definition,
  Expression,
  PropertyAccess,
  StringExpression,
} from '../expr/index.ts'
import type { PropertyPath } from '../value/index.ts'

/** What can be said of a definition without evaluating it. */
export interface Survey {
  /** Every builtin call, outermost first, in source order. */
  readonly calls: readonly CallExpression[]
  /** Every sealed secret, with the path of its `fn::secret` from the document's root. */
  readonly secrets: ReadonlyMap<StringExpression, PropertyPath>
  /** Whether a value of it may be final: it marks one, or takes one over from an environment it refers to. */
  readonly mayBeFinal: boolean
}

/** Looks through a definition once. */
export function surveyOf(definition: Definition): Survey {
  const calls: CallExpression[] = []
  const secrets = new Map<StringExpression, PropertyPath>()
  let refersElsewhere = false
  const meet = ({ accessors: [first] }: PropertyAccess) => {
    if (first !== undefined && first.kind !== 'index' && first.key === 'environments') refersElsewhere = true
  }
  const visit = (expression: Expression, path: PropertyPath): void => {
    switch (expression.kind) {
      case 'symbol':
        meet(expression.access)
        break
      case 'array':
        for (const [index, element] of expression.elements.entries()) visit(element, [...path, index])
        break
      case 'object':
        for (const { key, value } of expression.entries) visit(value, [...path, key.value])
        break
      case 'call':
        calls.push(expression)
        if (expression.builtin === 'secret' && expression.ciphertext !== null)
          secrets.set(expression.ciphertext, path)
        visit(expression.argument, [...path, expression.key.value])
        break
    }
  }
  for (const { key, value } of definition.values ?? []) visit(value, ['values', key.value])
  return { calls, secrets, mayBeFinal: refersElsewhere || calls.some(({ builtin }) => builtin === 'final') }
}
