import { AppError } from '../diag/index.ts'
import type { Answer } from './answer.ts'
import { problem } from './problem.ts'
import type { HttpRequest } from './request.ts'
import { bodyLimit } from './route.ts'

/** The longest URL (S-54). The parser of the listener bounds more than that; this also holds in process. */
export const urlLimitBytes = 8_192
/** What all headers of a request may have together, four bytes for the frame of each included. */
export const headerLimitBytes = 16_384
const headerLimit = 100

/**
 * The refusal of a request that is too large, before anything of it is believed; null when it may go on.
 * `rawHeaders` are names and values in turn, as they came: joined ones would hide how many there were.
 */
export function checkLimits(request: HttpRequest, rawHeaders: readonly string[] | undefined): Answer | null {
  if (Buffer.byteLength(request.url) > urlLimitBytes) {
    return problem(414, { message: `the URL is longer than ${urlLimitBytes} bytes`, reason: 'url_too_long' })
  }
  const headers = rawHeaders ?? [...request.headers].flat()
  let sizeBytes = 0
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index] ?? ''
    sizeBytes += name.length + (headers[index + 1] ?? '').length + 4
  }
  if (headers.length / 2 > headerLimit || sizeBytes > headerLimitBytes) {
    return problem(431, {
      message: `the headers have more than ${headerLimit} fields or ${headerLimitBytes} bytes`,
      reason: 'headers_too_large',
    })
  }
  // A body that says it is too large need not be waited for, nor its sender be known.
  if (Number(request.headers.get('content-length') ?? 0) > bodyLimit) {
    throw new AppError('BODY_TOO_LARGE', { limit: bodyLimit })
  }
  return null
}
