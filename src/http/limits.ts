import type { Answer } from './answer.ts'
import { problem } from './problem.ts'

/** What a request line and its headers may hold at most (S-54). The listener bounds them too; this also holds in process. */
const urlLimitBytes = 8_192
const headerLimit = 100
const headerLimitBytes = 16_384

/** The refusal of a request that is too large before its body; null when it may go on. */
export function checkLimits(request: Request): Answer | null {
  const { url, headers } = request
  if (Buffer.byteLength(url) > urlLimitBytes) {
    return problem(414, {
      message: `the URL is longer than ${urlLimitBytes} bytes`,
      reason: 'url_too_long',
    })
  }
  let fields = 0
  let sizeBytes = 0
  for (const [name, value] of headers) {
    fields += 1
    sizeBytes += name.length + value.length + 4
  }
  if (fields > headerLimit || sizeBytes > headerLimitBytes) {
    return problem(431, {
      message: `the headers have more than ${headerLimit} fields or ${headerLimitBytes} bytes`,
      reason: 'headers_too_large',
    })
  }
  return null
}
