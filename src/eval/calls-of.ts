import type { CallExpression, Definition, Expression } from '../expr/index.ts'

/** Every builtin call of a definition, outermost first, in source order. */
export function callsOf(definition: Definition): readonly CallExpression[] {
  const calls: CallExpression[] = []
  for (const { value } of definition.values ?? []) collect(value, calls)
  return calls
}

function collect(expression: Expression, calls: CallExpression[]): void {
  switch (expression.kind) {
    case 'array':
      for (const element of expression.elements) collect(element, calls)
      break
    case 'object':
      for (const entry of expression.entries) collect(entry.value, calls)
      break
    case 'call':
      calls.push(expression)
      collect(expression.argument, calls)
      break
  }
}
