import type { Witness } from '../language/witness.ts'
import type { ReachDiff } from './diff.ts'
import type { Admitted, Reach, RoleAccess } from './reach.ts'

/** Who can become a role, as text for a person. */
export function renderReach({ role, admitted, truncated, open }: Reach): string {
  const lines = [`${role}: ${admitted.length}${truncated ? ' or more' : ''} can become this role`]
  lines.push(...admitted.map((row) => `  ${rowText(row)}`))
  if (open.isOpen) {
    const example = open.example === null ? '' : `, for example ${open.example}`
    lines.push(`  and names that do not exist yet${example}`)
  }
  return `${lines.join('\n')}\n`
}

/** Which roles an environment can become, as text. */
export function renderRoles(environment: string, roles: readonly RoleAccess[]): string {
  if (roles.length === 0) return `${environment} can become no role\n`
  const lines = roles.flatMap(({ role, via }) => [`  ${role}`, ...via.map((row) => `    as ${rowText(row)}`)])
  return `${[`${environment} can become`, ...lines].join('\n')}\n`
}

/** What a change of policy does, as text: `+` gets in, `-` no longer does, `~` under other conditions. */
export function renderDiff({ gained, lost, changed, widening, narrowing, truncated }: ReachDiff): string {
  const lines = [
    ...gained.map((row) => `+ ${rowText(row)}`),
    ...lost.map((row) => `- ${rowText(row)}`),
    ...changed.map(({ after }) => `~ ${rowText(after)}`),
  ]
  if (lines.length === 0 && widening.verdict === 'contained' && narrowing.verdict === 'contained')
    lines.push('nobody gains and nobody loses')
  if (widening.verdict === 'wider')
    lines.push(
      `the new policy admits more, for example ${witnessText(widening)}`,
      `  the old one refuses that: ${widening.refusal}`,
    )
  if (widening.verdict === 'unknown') lines.push(`it is not proved that nobody gains: ${widening.why}`)
  if (narrowing.verdict === 'wider')
    lines.push(
      `the new policy admits less, for example not ${witnessText(narrowing)}`,
      `  it refuses that: ${narrowing.refusal}`,
    )
  if (narrowing.verdict === 'unknown') lines.push(`it is not proved that nobody loses: ${narrowing.why}`)
  if (truncated) lines.push('the lists are cut off')
  return `${lines.join('\n')}\n`
}

// The subject says most; what else the witness needs is told beside it.
function witnessText({ claims, request, roleTags }: Witness): string {
  const { sub, aud: _, iat: _iat, exp: _exp, ...more } = claims
  const parts = [
    ['claims', more],
    ['a call with', request],
    ['a role with tags', roleTags ?? {}],
  ] as const
  const told = parts
    .filter(([, values]) => Object.keys(values).length > 0)
    .map(([what, values]) => ` and ${what} ${JSON.stringify(values)}`)
  return `${sub === '' ? 'an empty subject' : String(sub)}${told.join('')}`
}

function rowText({ subject, statement, depends }: Admitted): string {
  const condition = depends.length === 0 ? '' : `, if ${depends.join(' and ')} fits`
  return `${subject} (statement ${statement + 1}${condition})`
}
