import { type NamedOperator, operators, parseOperator } from '../condition/registry.ts'
import { isConstant, parseTemplate } from '../variables.ts'
import type { ConditionEntry, ConditionValue } from './document.ts'
import { article, type FaultList } from './faults.ts'
import type { JsonNode, Span } from './json.ts'

/** Reads a Condition block into its (operator, key) pairs, in document order. */
export function readCondition(node: JsonNode, variables: boolean, faults: FaultList): ConditionEntry[] {
  if (node.kind !== 'object') {
    faults.syntax(node.at, `\`Condition\` must be an object, not ${article(node)}`)
    return []
  }
  faults.members(node, null, '`Condition`')
  return node.members.flatMap(({ name, nameAt, value }) => {
    const named = parseOperator(name)
    if (named === null) faults.syntax(nameAt, unknownOperator(name))
    if (value.kind !== 'object') {
      faults.syntax(value.at, `\`${name}\` must hold an object of condition keys, not ${article(value)}`)
      return []
    }
    faults.members(value, null, `\`${name}\``)
    return named === null ? [] : readBlock(value.members, { ...named, name, nameAt }, variables, faults)
  })
}

type Block = NamedOperator & { readonly name: string; readonly nameAt: Span }

function readBlock(
  members: readonly { readonly name: string; readonly nameAt: Span; readonly value: JsonNode }[],
  block: Block,
  variables: boolean,
  faults: FaultList,
): ConditionEntry[] {
  return members.map(({ name, nameAt, value }) => ({
    operator: block.operator,
    operatorName: block.name,
    operatorAt: block.nameAt,
    set: block.set,
    ifExists: block.ifExists,
    key: name,
    keyAt: nameAt,
    values: readValues(value, block, variables, faults),
    valuesAt: value.at,
  }))
}

function readValues(node: JsonNode, block: Block, variables: boolean, faults: FaultList): ConditionValue[] {
  const items = node.kind === 'array' ? node.items : [node]
  return items.flatMap((item) => {
    if (item.kind === 'object' || item.kind === 'array' || item.kind === 'null') {
      faults.syntax(item.at, `a condition value must be text, a number or a boolean, not ${article(item)}`)
      return []
    }
    const template = parseTemplate(item.text, {
      variables: variables && block.operator.takesVariables,
      wildcards: block.operator.takesWildcards,
    })
    const test = isConstant(template) ? block.operator.compile(template) : null
    return [{ text: item.text, template, test, at: item.at }]
  })
}

function unknownOperator(name: string): string {
  if (/^(?:For\w+:)?Null(?:IfExists)?$/.test(name)) {
    return `\`${name}\` does not exist: \`Null\` takes neither a set prefix nor IfExists`
  }
  const base = name.replace(/^.*:/, '').replace(/IfExists$/, '')
  const near = [...operators.keys()].find((known) => known.toLowerCase() === base.toLowerCase())
  const hint = near === undefined ? 'see the list of condition operators' : `did you mean \`${near}\`?`
  return `\`${name}\` is no condition operator; ${hint}`
}
