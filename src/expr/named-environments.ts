import type { Definition } from './definition.ts'
import type { Accessor, Expression } from './expression.ts'

/**
 * The environments that a definition takes values from, as it names them: those of `imports` first, then those that
 * `${environments.<project>.<environment>…}` reads on the way, as `project/environment`. Each once.
 */
export function namedEnvironments(definition: Definition): readonly string[] {
  const names = new Set<string>()
  for (const { name } of definition.imports ?? []) if (name !== null) names.add(name.value)
  const pending: Expression[] = (definition.values ?? []).map(({ value }) => value)
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (next.kind === 'array') pending.push(...next.elements)
    else if (next.kind === 'object') pending.push(...next.entries.map(({ value }) => value))
    else if (next.kind === 'call') pending.push(next.argument)
    else if (next.kind === 'symbol') addNamed(names, next.access.accessors)
    else if (next.kind === 'interpolation')
      for (const { access } of next.parts) if (access !== null) addNamed(names, access.accessors)
  }
  return [...names]
}

function addNamed(names: Set<string>, [first, project, environment]: readonly Accessor[]): void {
  if (first === undefined || first.kind === 'index' || first.key !== 'environments') return
  if (project === undefined || project.kind === 'index') return
  if (environment === undefined || environment.kind === 'index') return
  names.add(`${project.key}/${environment.key}`)
}
