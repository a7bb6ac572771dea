import { providerSchemas } from '../src/cli/local-evaluation.ts'
import { providerCatalogue, rotatorCatalogue } from '../src/providers/index.ts'
import type { Schema, SchemaObject } from '../src/schema/index.ts'
import { stringifyJson } from '../src/value/index.ts'

/** The page of every provider and rotator: its inputs and outputs, read from the schemas that a check uses. */
export async function providerPage(): Promise<string> {
  const { provider, rotator } = await providerSchemas()
  const lines = [
    '# Providers and rotators',
    '',
    '`fn::open::<provider>: {inputs}` opens a secret; `fn::rotate::<rotator>: {inputs: {…}}` keeps one that',
    '`esc env rotate` makes anew. A star marks what must be given in its block. `secret` values are masked wherever',
    'definitions and values are shown.',
  ]
  for (const name of Object.keys(providerCatalogue).sort()) {
    const { inputs, outputs } = await provider(name)
    lines.push('', `## \`fn::open::${name}\``, '', `${providerCatalogue[name]?.summary}.`)
    lines.push(...table('input', inputs), ...table('output', outputs))
  }
  for (const name of Object.keys(rotatorCatalogue).sort()) {
    const { inputs, outputs } = await rotator(name)
    lines.push('', `## \`fn::rotate::${name}\``, '', `${rotatorCatalogue[name]?.summary}.`)
    lines.push(...table('input', inputs), ...table('output', outputs))
  }
  return `${lines.join('\n')}\n`
}

function table(head: string, schema: Schema): readonly string[] {
  const rows = typeof schema === 'object' ? members(schema, '') : []
  if (rows.length > 0) return ['', `| ${head} | type | default | |`, '|---|---|---|---|', ...rows]
  return typeof schema === 'object' ? ['', `The ${head} is one ${kind(schema)}.`] : []
}

function members(schema: SchemaObject, path: string): readonly string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, member]) => {
    if (typeof member !== 'object') return []
    const here = `${path}${name}`
    const star = schema.required?.includes(name) ? '*' : ''
    const initial =
      member.default === undefined ? '' : `\`${stringifyJson(member.default, { escapeHtml: false })}\``
    return [
      `| \`${here}\`${star} | ${kind(member)} | ${initial} | ${member.description ?? ''} |`,
      ...members(member, `${here}.`),
    ]
  })
}

function kind(schema: SchemaObject): string {
  const item = typeof schema.items === 'object' ? ` of ${kind(schema.items)}` : ''
  const choices = schema.enum?.map((choice) => `\`${choice}\``).join(' or ')
  return `${schema.secret ? 'secret ' : ''}${choices ?? schema.type}${item}`
}
