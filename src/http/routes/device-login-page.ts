import { z } from 'zod'
import { AppError } from '../../diag/index.ts'
import type { AuditedRequest, Caller, Service, ShownDeviceLogin } from '../../service/index.ts'
import { type Answer, textAnswer } from '../answer.ts'
import { askPage, decidePage, endPage, pageStyle } from '../device-login-html.ts'
import { problemOf } from '../problem.ts'
import { text } from '../query.ts'
import type { RequestHeaders } from '../request.ts'
import { publicRoute, type Route } from '../route.ts'

const path = '/login/device'
const field = z.string().max(500).default('')
const answers = { 200: 'text', 400: 'text', 403: 'text' } as const

/**
 * The pages on which a person allows a login (RFC 8628 section 3.3). Opening one does nothing; a form counts only when a page of
 * this server sent it; and a token is read from a form alone, never from a URL or a cookie. There is no script.
 */
export const loginPages: readonly Route[] = [
  publicRoute({
    id: 'AskDeviceLogin',
    method: 'GET',
    path,
    summary: 'The page that asks for a code and a token',
    query: z.object({ code: text() }),
    answers: { 200: 'text' },
    run: async ({ query }) => page(askPage(query.code ?? '')),
  }),
  publicRoute({
    id: 'ShowDeviceLogin',
    method: 'POST',
    path,
    summary: 'The page that says what would be allowed',
    body: z.object({ code: field, token: field }),
    bodyForm: true,
    bodyOptional: true,
    answers,
    problem: (error) => refusal(error, ''),
    run: async ({ body, headers, sender, service }) =>
      await orRefusal(body.code, async () => {
        requireSameOrigin(headers)
        const caller = await authenticated(service, body.token.trim(), sender)
        const shown: ShownDeviceLogin = await service.deviceLogins.show(caller, body.code)
        return page(decidePage(shown))
      }),
  }),
  publicRoute({
    id: 'AnswerDeviceLogin',
    method: 'POST',
    path: `${path}/answer`,
    summary: 'Takes the answer',
    body: z.object({ confirmation: field, answer: field }),
    bodyForm: true,
    bodyOptional: true,
    answers,
    problem: (error) => refusal(error, ''),
    run: async ({ body, headers, sender, service }) =>
      await orRefusal('', async () => {
        requireSameOrigin(headers)
        const allowed = body.answer === 'allow'
        await service.deviceLogins.answer(body.confirmation, allowed, sender)
        return page(
          allowed
            ? endPage('Allowed', 'The program that waits is logged in. You can close this page.')
            : endPage('Denied', 'Nothing was allowed. You can close this page.'),
        )
      }),
  }),
  publicRoute({
    id: 'LoginPageStyle',
    method: 'GET',
    path: '/login/page.css',
    summary: 'The style sheet of these pages',
    answers: { 200: 'text' },
    run: async () => textAnswer(pageStyle, 'text/css; charset=utf-8'),
  }),
]

async function authenticated(service: Service, token: string, request: AuditedRequest): Promise<Caller> {
  try {
    return await service.callers.authenticate(token, request)
  } catch (error) {
    if (error instanceof AppError) {
      const names = { organization: '', project: '', environment: '' }
      const action = 'ShowDeviceLogin'
      await service.auditedRequests.refused({ action, request, caller: null, names, needs: 'caller', error })
    }
    throw error
  }
}

function page(html: string, status = 200): Answer {
  return { ...textAnswer(html, 'text/html; charset=utf-8'), status }
}

async function orRefusal(code: string, work: () => Promise<Answer>): Promise<Answer> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof AppError) return refusal(error, code)
    throw error
  }
}

/** A refusal for a person: the form again, with what was wrong. What was typed into the token's field is not shown again. */
function refusal(error: AppError, code: string): Answer {
  const told = problemOf(error)
  const { 'content-type': _, ...headers } = told.headers
  const html = page(askPage(code, { message: error.message, hint: error.hint }), told.status)
  return { ...html, headers: { ...headers, ...html.headers } }
}

/**
 * That a page of this server sent the form (S-56). Browsers tell by `Sec-Fetch-Site`; older ones by `Origin`, which says `null`
 * for a page that names no referrer, as ours does.
 */
function requireSameOrigin(headers: RequestHeaders): void {
  const site = headers.get('sec-fetch-site')
  const origin = URL.parse(headers.get('origin') ?? '')?.host
  const isSame =
    site === null ? origin !== undefined && origin === headers.get('host') : site === 'same-origin'
  if (!isSame) throw new AppError('NOT_SAME_ORIGIN')
}
