import { z } from 'zod'
import type { AuditEntry } from '../../service/index.ts'
import { type Answer, json, textAnswer } from '../answer.ts'
import { auditAsCef, auditAsCsv } from '../audit-formats.ts'
import { oneOf, wholeNumber } from '../query.ts'
import { callerRoute, organizationRoute, type Route } from '../route.ts'
import { checkpoint } from '../schemas/audit.ts'

const after = wholeNumber(Number.MAX_SAFE_INTEGER)

/** The audit trail for keeping: whole, in order, with the hashes that prove it. */
export const auditRoutes: readonly Route[] = [
  organizationRoute({
    id: 'ExportAuditLog',
    method: 'GET',
    path: '/api/orgs/{org}/auditlogs/export',
    needs: 'audit_logs:export',
    summary:
      'A page of the trail of up to 1,000 in order, after a number: JSON lines with hashes, CSV or CEF',
    query: z.object({ after, format: oneOf(['jsonl', 'csv', 'cef'], 'jsonl') }),
    isDangerous: () => true,
    answers: { 200: 'text' },
    run: async ({ access, query, service }) => {
      const entries = await service.auditLog.export(access, query.after ?? 0)
      if (query.format === 'csv') return textAnswer(auditAsCsv(entries), 'text/csv')
      if (query.format === 'cef') return textAnswer(auditAsCef(entries, access.organization), 'text/plain')
      return lines(entries)
    },
  }),
  organizationRoute({
    id: 'GetAuditCheckpoint',
    method: 'GET',
    path: '/api/orgs/{org}/auditlogs/checkpoint',
    needs: 'audit_logs:export',
    summary: 'Where the trail ends now, signed; keep it elsewhere to find out later what is missing',
    answers: { 200: checkpoint },
    run: async ({ access, service }) => json(await service.auditLog.checkpoint(access)),
  }),
  callerRoute({
    id: 'ExportServerAuditLog',
    method: 'GET',
    path: '/api/server/auditlogs/export',
    summary: 'The same of the server’s own trail, for administrators of the installation',
    query: z.object({ after }),
    isDangerous: () => true,
    answers: { 200: 'text' },
    run: async ({ access, query, service }) =>
      lines(await service.auditLog.exportServer(access, query.after ?? 0)),
  }),
]

function lines(entries: readonly AuditEntry[]): Answer {
  const text = entries.map(({ organizationId: _, ...entry }) => `${JSON.stringify(entry)}\n`).join('')
  return textAnswer(text, 'application/x-ndjson')
}
