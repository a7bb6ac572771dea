import type { AuditEntry } from '../service/index.ts'

type Body = { readonly [name: string]: string | number | readonly string[] | undefined }

const header =
  'Timestamp,Name,Login,Event,Description,SourceIP,RequireOrgAdmin,RequireStackAdmin,AuthenticationFailure'

/** Whether an event tells of somebody who was turned away. */
export function isAuthFailure(event: string): boolean {
  return /^auth-failure|unauthorized/.test(event)
}

/** Entries as CSV lines with a header; no cell begins with a sign that spreadsheets take for a formula. */
export function auditAsCsv(entries: readonly AuditEntry[]): string {
  const rows = entries.map(({ atMs, event, body }) => {
    const entry = JSON.parse(body) as Body
    return [
      new Date(atMs).toISOString(),
      entry['actorName'],
      entry['actorLogin'],
      event,
      describe(entry),
      entry['clientAddress'],
      false,
      false,
      isAuthFailure(event),
    ]
      .map((cell) => csvCell(String(cell ?? '')))
      .join(',')
  })
  return `${[header, ...rows].join('\r\n')}\r\n`
}

/** What tells of a change of rights to whom, in the order it is told. */
const rightsFacts = ['member', 'team', 'role', 'webhook', 'grants', 'settings']

/** What an entry is about, in a few words. */
export function describe(entry: Body): string {
  const about = entry['refusal'] ?? entry['environment'] ?? entry['issuer']
  const rights = rightsFacts.map((name) => entry[name])
  return [about, ...rights]
    .filter((word) => word !== undefined)
    .flat()
    .join(' ')
}

function csvCell(text: string): string {
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}

/** Entries as CEF lines (ArcSight Common Event Format, version 0). */
export function auditAsCef(
  entries: readonly AuditEntry[],
  organization: { readonly id: string; readonly name: string },
): string {
  return entries
    .map(({ atMs, event, body }) => {
      const entry = JSON.parse(body) as Body
      const extension = [
        ['dvchost', organization.name],
        ['rt', atMs],
        ['src', entry['clientAddress'] ?? ''],
        ['suser', entry['actorLogin'] ?? ''],
        ['orgID', organization.id],
        ['userID', entry['actorId'] ?? ''],
        ['requireOrgAdmin', false],
        ['requireStackAdmin', false],
        ['authenticationFailure', isAuthFailure(event)],
      ]
      const severity = isAuthFailure(event) ? 6 : 3
      const head = ['CEF:0', 'OpenESC', 'OpenESC', '1', cefHead(event), cefHead(describe(entry)), severity]
      return `${head.join('|')}|${extension.map(([key, value]) => `${key}=${cefValue(String(value))}`).join(' ')}\n`
    })
    .join('')
}

function cefHead(text: string): string {
  return text.replaceAll(/[\\|]/g, '\\$&').replaceAll(/[\r\n]/g, ' ')
}

function cefValue(text: string): string {
  return text.replaceAll(/[\\=]/g, '\\$&').replaceAll('\r', '\\r').replaceAll('\n', '\\n')
}
