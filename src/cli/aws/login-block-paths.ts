import { parseYaml, type YamlNode } from '../../syntax/index.ts'
import { formatPropertyPath, type PropertyPath } from '../../value/index.ts'

/**
 * The property path of every `aws-login` block that is written in a definition's own text, by the place of its `oidc`
 * inputs as `line:column`.
 */
export function loginBlockPaths(source: Uint8Array): ReadonlyMap<string, string> {
  const { tree } = parseYaml(source)
  return new Map(tree === null ? [] : blocksIn(member(tree, 'values'), []))
}

function blocksIn(node: YamlNode | null, path: PropertyPath): (readonly [string, string])[] {
  if (node?.kind === 'sequence') return node.items.flatMap((item, index) => blocksIn(item, [...path, index]))
  if (node?.kind !== 'mapping') return []
  return node.pairs.flatMap(({ key, value }) => {
    const name = textOf(key)
    const inputs =
      name === 'fn::open::aws-login'
        ? value
        : name === 'fn::open' && textOf(member(value, 'provider')) === 'aws-login'
          ? member(value, 'inputs')
          : null
    const at = member(inputs, 'oidc')?.at
    if (at) return [[`${at.line}:${at.column}`, formatPropertyPath(path)] as const]
    return blocksIn(value, [...path, name])
  })
}

function member(node: YamlNode | null, name: string): YamlNode | null {
  if (node?.kind !== 'mapping') return null
  return node.pairs.find(({ key }) => textOf(key) === name)?.value ?? null
}

function textOf(node: YamlNode | null): string {
  return node?.kind === 'scalar' ? node.value : ''
}
