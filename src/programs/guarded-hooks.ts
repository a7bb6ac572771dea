import type { Breakers } from '../providers/index.ts'
import type { HookRequest, HookResponse } from '../service/index.ts'

type SendHook = (request: HookRequest) => Promise<HookResponse>

/** Sends webhooks, but not to a host that keeps failing for the organization. A receiver that says no is well. */
export function guardedHooks(send: SendHook, breakers: Breakers): SendHook {
  return async (request) => {
    const target = {
      organization: request.organizationId,
      kind: 'webhook',
      host: URL.parse(request.url)?.host ?? '',
    }
    return await breakers.guard(
      target,
      () => send(request),
      (outcome) => {
        if ('error' in outcome) return 'failed'
        const { status } = outcome.answer
        return status >= 500 || status === 429 ? 'failed' : 'answered'
      },
    )
  }
}
