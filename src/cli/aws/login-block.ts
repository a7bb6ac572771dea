import { parseYaml, type YamlNode } from '../../syntax/index.ts'
import { Failure } from '../failure.ts'

/** One `fn::open::aws-login` block of a definition, as far as it is literal text. */
export interface LoginBlock {
  readonly roleArn: string
  readonly sessionName: string
  readonly subjectAttributes: readonly string[] | null
}

/** The blocks of a definition's own text in order; imported ones are not looked for. @throws Failure for broken YAML */
export function loginBlocks(source: Uint8Array): readonly LoginBlock[] {
  const { tree, problem } = parseYaml(source)
  if (problem !== null) throw new Failure(`the definition cannot be read: ${problem}`)
  return tree === null ? [] : blocksIn(tree)
}

function blocksIn(node: YamlNode): LoginBlock[] {
  if (node.kind === 'sequence') return node.items.flatMap(blocksIn)
  if (node.kind !== 'mapping') return []
  return node.pairs.flatMap(({ key, value }) => {
    const inputs =
      textOf(key) === 'fn::open::aws-login'
        ? value
        : textOf(key) === 'fn::open' && textOf(member(value, 'provider')) === 'aws-login'
          ? member(value, 'inputs')
          : null
    const oidc = member(inputs, 'oidc')
    return oidc === null ? blocksIn(value) : [blockOf(oidc)]
  })
}

function blockOf(oidc: YamlNode): LoginBlock {
  const listed = member(oidc, 'subjectAttributes')
  return {
    roleArn: textOf(member(oidc, 'roleArn')),
    sessionName: textOf(member(oidc, 'sessionName')),
    subjectAttributes: listed?.kind === 'sequence' ? listed.items.map(textOf) : null,
  }
}

function member(node: YamlNode | null, name: string): YamlNode | null {
  if (node?.kind !== 'mapping') return null
  return node.pairs.find(({ key }) => textOf(key) === name)?.value ?? null
}

function textOf(node: YamlNode | null): string {
  return node?.kind === 'scalar' ? node.value : ''
}
