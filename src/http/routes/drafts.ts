import { z } from 'zod'
import type { DraftWrite } from '../../service/index.ts'
import { plain } from '../../service/index.ts'
import { type Answer, json, jsonValue, yaml } from '../answer.ts'
import { text, wholeNumber } from '../query.ts'
import { environmentRoute, type Route } from '../route.ts'
import { ciphertexts, draftWrite, plaintexts } from '../schemas/approvals.ts'
import { openSession } from '../schemas/values.ts'
import { renderWarnings } from '../wire.ts'
import { requestEtag } from './environments.ts'
import { answerOpened } from './opening.ts'

/** Proposed definitions (contract §7), and sealing of single texts (§3). */
export const draftRoutes: readonly Route[] = [
  environmentRoute({
    id: 'CreateDraft',
    method: 'POST',
    path: '/drafts',
    needs: 'write',
    summary: 'Proposes a definition; an environment has one draft at a time',
    body: 'yaml',
    answers: { 200: draftWrite },
    run: async ({ access, body, headers, service }) =>
      written(await service.drafts.create(access, body, requestEtag(headers))),
  }),
  environmentRoute({
    id: 'ReadDraft',
    method: 'GET',
    path: '/drafts/{changeRequest}',
    needs: 'read',
    summary: 'The text of a draft, the newest unless a revision is named',
    query: z.object({ revision: wholeNumber(1_000_000) }),
    answers: { 200: 'yaml' },
    run: async ({ access, parameters, query, service }) => {
      const { source, etag } = await service.drafts.read(access, parameters['changeRequest']!, query.revision)
      return yaml(source, { etag })
    },
  }),
  environmentRoute({
    id: 'UpdateDraft',
    method: 'PATCH',
    path: '/drafts/{changeRequest}',
    needs: 'write',
    summary: 'Replaces the text of a draft; conditional with `If-Match`',
    body: 'yaml',
    answers: { 200: draftWrite },
    run: async ({ access, parameters, body, headers, service }) =>
      written(await service.drafts.update(access, parameters['changeRequest']!, body, requestEtag(headers))),
  }),
  environmentRoute({
    id: 'OpenDraft',
    method: 'POST',
    path: '/drafts/{changeRequest}/open',
    needs: 'open',
    summary: 'Evaluates a draft with its providers',
    query: z.object({ duration: text(), revision: wholeNumber(1_000_000) }),
    answers: { 200: openSession },
    run: async ({ access, parameters, query: { duration, revision }, headers, signal, service }) => {
      const { source } = await service.drafts.read(access, parameters['changeRequest']!, revision)
      return await answerOpened(headers, (shown) =>
        service.sessions.openText(access, source, { duration, signal, shown }),
      )
    },
  }),
  environmentRoute({
    id: 'EncryptSecrets',
    method: 'POST',
    path: '/encrypt-secrets',
    needs: 'write',
    summary: 'Seals texts for this environment, in order',
    body: plaintexts,
    answers: { 200: ciphertexts },
    run: async ({ access, body, service }) =>
      json({ ciphertexts: await service.seals.encrypt(access, body.plaintexts) }),
  }),
  environmentRoute({
    id: 'DecryptSecrets',
    method: 'POST',
    path: '/decrypt-secrets',
    needs: 'decrypt',
    summary: 'Opens texts that were sealed for this environment, in order',
    body: ciphertexts,
    answers: { 200: plaintexts },
    run: async ({ access, body, service }) =>
      json({ plaintexts: await service.seals.decrypt(access, body.ciphertexts) }),
  }),
]

function written({ request, diagnostics, etag }: DraftWrite): Answer {
  const body = {
    changeRequestId: request.id,
    latestRevisionNumber: plain(request.latestRevision),
    ...renderWarnings(diagnostics),
  }
  return jsonValue(body, { headers: { etag } })
}
