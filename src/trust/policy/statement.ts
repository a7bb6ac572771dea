import { compileGlob, globPieces } from '../glob.ts'
import { readCondition } from './condition.ts'
import type { ActionEntry, PrincipalEntry, Statement } from './document.ts'
import type { FaultList } from './faults.ts'
import type { JsonNode, Span } from './json.ts'
import { requirePrincipal } from './principal-grammar.ts'

const statementMembers = [
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Condition',
  'Resource',
  'NotResource',
]

/** Reads one statement; `null` when it is no object or says neither Allow nor Deny. */
export function readStatement(
  node: JsonNode,
  index: number,
  variables: boolean,
  faults: FaultList,
): Statement | null {
  const members = faults.members(node, statementMembers, 'a statement')
  if (members === null) return null
  for (const name of ['Resource', 'NotResource']) {
    const resource = members.get(name)
    const detail = 'a trust policy belongs to one role and names no resource; remove the member'
    if (resource !== undefined) faults.unstorable(resource.at, `Has prohibited field ${name}`, detail)
  }
  const effect = members.get('Effect')
  if (effect?.kind !== 'string' || (effect.text !== 'Allow' && effect.text !== 'Deny')) {
    faults.syntax(effect?.at ?? node.at, '`Effect` must be "Allow" or "Deny", in exactly this case')
    return null
  }
  const condition = members.get('Condition')
  return {
    index,
    sid: readSid(members.get('Sid'), faults),
    effect: effect.text,
    ...readPrincipals(members, node.at, faults),
    ...readActions(members, node.at, faults),
    conditions: condition === undefined ? [] : readCondition(condition, variables, faults),
    at: node.at,
    conditionAt: condition?.at ?? null,
  }
}

function readSid(node: JsonNode | undefined, faults: FaultList): string | null {
  if (node === undefined) return null
  if (node.kind !== 'string') {
    faults.syntax(node.at, '`Sid` must be a string')
    return null
  }
  if (!/^[0-9A-Za-z]*$/.test(node.text)) {
    const message =
      'Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*'
    faults.unstorable(node.at, message, `\`${node.text}\` holds something else than letters and digits`)
  }
  return node.text
}

type Principals = Pick<Statement, 'principals' | 'principalsNegated' | 'principalAt'>

function readPrincipals(members: Map<string, JsonNode>, at: Span, faults: FaultList): Principals {
  const plain = members.get('Principal')
  const negated = members.get('NotPrincipal')
  const node = plain ?? negated
  if (node === undefined) {
    faults.unstorable(at, 'Missing required field Principal', 'the statement says nobody it trusts')
    return { principals: [], principalsNegated: false, principalAt: at }
  }
  if (plain !== undefined && negated !== undefined) {
    faults.syntax(negated.at, 'a statement has `Principal` or `NotPrincipal`, not both')
  }
  if (negated !== undefined) {
    const detail = 'a trust policy must name whom it trusts; use `Principal`'
    faults.unstorable(negated.at, 'Syntax errors in policy.', detail)
  }
  const principals = readPrincipalEntries(node, faults)
  return { principals, principalsNegated: plain === undefined, principalAt: node.at }
}

function readPrincipalEntries(node: JsonNode, faults: FaultList): PrincipalEntry[] {
  if (node.kind === 'string') {
    const shown = node.text === '*' ? '"STAR":"*"' : `"AWS":"${node.text}"`
    const detail = 'a federated role names its provider: {"Federated": "arn:aws:iam::…:oidc-provider/…"}'
    faults.unstorable(node.at, `AssumeRolepolicy contained an invalid principal: ${shown}.`, detail)
    return [{ kind: '*', value: node.text, at: node.at }]
  }
  const members = faults.members(node, null, '`Principal`')
  const entries = [...(members ?? [])].flatMap(([kind, value]) =>
    faults.strings(value, `\`Principal.${kind}\``).map(({ text, at }) => ({ kind, value: text, at })),
  )
  if (entries.length === 0 && members !== null) {
    faults.unstorable(node.at, 'Missing required field Principal', '`Principal` names nobody')
  }
  for (const entry of entries) requirePrincipal(entry, faults)
  return entries
}

type Actions = Pick<Statement, 'actions' | 'actionsNegated' | 'actionAt'>

function readActions(members: Map<string, JsonNode>, at: Span, faults: FaultList): Actions {
  const plain = members.get('Action')
  const negated = members.get('NotAction')
  const node = plain ?? negated
  if (node === undefined) {
    faults.unstorable(at, 'Missing required field Action', 'the statement says nothing it permits')
    return { actions: [], actionsNegated: false, actionAt: at }
  }
  if (plain !== undefined && negated !== undefined) {
    faults.syntax(negated.at, 'a statement has `Action` or `NotAction`, not both')
  }
  const actions = faults.strings(node, '`Action`').map((entry) => readAction(entry, faults))
  if (actions.length === 0) {
    faults.unstorable(node.at, 'Missing required field Action', 'the list of actions is empty')
  }
  return { actions, actionsNegated: plain === undefined, actionAt: node.at }
}

function readAction({ text, at }: { text: string; at: Span }, faults: FaultList): ActionEntry {
  const lower = text.toLowerCase()
  if (!lower.startsWith('sts:')) {
    const message = 'AssumeRole policy may only specify STS AssumeRole actions.'
    faults.unstorable(at, message, `\`${text}\` is no action of STS; use "sts:AssumeRoleWithWebIdentity"`)
  }
  // Action names ignore case, patterns too.
  const glob = compileGlob(globPieces(lower))
  return { pattern: text, test: (action) => glob.test(action.toLowerCase()), at }
}
