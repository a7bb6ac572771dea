import type { ParsedPolicy, Policy, PolicyFault, Statement } from './document.ts'
import { FaultList } from './faults.ts'
import { type JsonNode, readJson } from './json.ts'
import { readStatement } from './statement.ts'

const versions = ['2012-10-17', '2008-10-17'] as const
const documentMembers = ['Version', 'Id', 'Statement']

/** Sixteen times what AWS ever stores for a role, white space included; a longer text is not read. */
export const maxPolicyText = 131_072

/**
 * Reads a trust policy, given as text or as parsed JSON, against AWS's grammar (aws specification §3.1).
 *
 * Nothing throws: each departure is a fault with AWS's text and a place. A document AWS would refuse but that
 * still has a meaning comes back with its faults, so that it can be evaluated and explained.
 */
export function parsePolicy(given: unknown): ParsedPolicy {
  const source = sourceOf(given)
  if (source === null) return refused('', 'the document is not JSON', { from: 0, to: 0 })
  if (source.length > maxPolicyText) {
    const detail = `the text has ${source.length} characters, of which AWS stores 2048 to 8192; at most ${maxPolicyText} are read`
    return refused(source, detail, { from: 0, to: 0 }, 'Cannot exceed quota for ACLSizePerRole: 2048')
  }
  const node = readJson(source)
  if ('problem' in node) return refused(source, node.problem, node.at)
  const faults = new FaultList()
  const policy = readDocument(node, source, faults)
  return { policy: faults.hasFatal() ? null : policy, faults: faults.list, source }
}

// Text keeps its own places. Parsed JSON is written out, so that places point into a text a person can be shown.
function sourceOf(given: unknown): string | null {
  if (typeof given === 'string') return given
  try {
    return JSON.stringify(given, null, 2) ?? null
  } catch {
    return null
  }
}

function refused(
  source: string,
  detail: string,
  at: PolicyFault['at'],
  message = 'This policy contains invalid Json',
): ParsedPolicy {
  const fault = { message, detail, at, fatal: true }
  return { policy: null, faults: [fault], source }
}

function readDocument(node: JsonNode, source: string, faults: FaultList): Policy | null {
  const members = faults.members(node, documentMembers, 'the document')
  if (members === null) return null
  const version = readVersion(members.get('Version'), faults)
  const id = members.get('Id')
  if (id !== undefined && id.kind !== 'string') faults.syntax(id.at, '`Id` must be a string')
  const list = members.get('Statement')
  if (list === undefined) {
    faults.syntax(node.at, '`Statement` is missing')
    return null
  }
  const items = list.kind === 'array' ? list.items : [list]
  if (items.length === 0)
    faults.unstorable(list.at, 'Syntax errors in policy.', '`Statement` holds no statement')
  const statements = items
    .map((item, index) => readStatement(item, index, version === '2012-10-17', faults))
    .filter((statement) => statement !== null)
  requireUniqueSids(statements, faults)
  return { version, versionGiven: members.has('Version'), statements, source, at: node.at }
}

function readVersion(node: JsonNode | undefined, faults: FaultList): Policy['version'] {
  if (node === undefined) return '2008-10-17'
  const version = versions.find((known) => node.kind === 'string' && node.text === known)
  if (version === undefined) {
    faults.syntax(
      node.at,
      '`Version` must be "2012-10-17" or "2008-10-17"; it names the policy language, not a date of yours',
    )
  }
  return version ?? '2008-10-17'
}

function requireUniqueSids(statements: readonly Statement[], faults: FaultList): void {
  const seen = new Set<string>()
  for (const { sid, at } of statements) {
    if (sid === null || sid === '') continue
    if (seen.has(sid)) {
      const message = 'Statement IDs (SID) in a single policy must be unique.'
      faults.unstorable(at, message, `two statements have the Sid \`${sid}\``)
    }
    seen.add(sid)
  }
}
