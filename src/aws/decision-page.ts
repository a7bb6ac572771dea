import type { RefusalExplanation } from '../providers/index.ts'
import { type Decision, explainTrace } from '../trust/index.ts'

const pageBytes = 256 * 1024

/**
 * What the trust engine said about one decision of the sandbox, or null when the page cannot be read. An explanation is
 * a courtesy: failing to get it must not hide the refusal.
 */
export async function fetchExplanation(
  url: string,
  fetchPage: typeof fetch,
): Promise<RefusalExplanation | null> {
  try {
    const response = await fetchPage(url, {
      headers: { accept: 'application/json' },
      signal: AbortSignal.timeout(2000),
      redirect: 'error',
    })
    const text = response.ok ? await response.text() : ''
    if (text === '' || text.length > pageBytes) return null
    const { decision } = JSON.parse(text) as { decision: Decision | null }
    if (decision === null || decision === undefined) return null
    return { trace: explainTrace(decision), next: decision.suggestion?.say ?? null }
  } catch {
    return null
  }
}
