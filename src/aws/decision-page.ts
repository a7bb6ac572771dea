/**
 * The sandbox's explanation of one decision as lines of text, or null when the page cannot be read. An explanation is
 * a courtesy: failing to get it must not hide the refusal.
 */
export async function fetchExplanation(url: string, fetchPage: typeof fetch): Promise<string | null> {
  try {
    const response = await fetchPage(url, {
      headers: { accept: 'text/plain' },
      signal: AbortSignal.timeout(2000),
      redirect: 'error',
    })
    if (!response.ok) return null
    const text = await response.text()
    return text.trim() === '' ? null : text.slice(0, 8192)
  } catch {
    return null
  }
}
