import { ApiError } from './error.ts'
import { isPage } from './send.ts'
import type { HttpResponse } from './transport.ts'

/**
 * An answer's JSON body. Numbers become JavaScript numbers: not for values of environments, see `values.ts`.
 *
 * @throws ApiError when the body is not JSON, with what it seems to be instead
 */
export function json<T>(response: HttpResponse): T {
  const text = new TextDecoder().decode(response.body)
  if (text.trim() === '') return {} as T
  try {
    return JSON.parse(text) as T
  } catch {
    throw unexpected(response, text)
  }
}

/** The error for a good status with a body that is no answer of an ESC server. */
export function unexpected(response: HttpResponse, text: string): ApiError {
  const what = isPage(response, text) ? 'a web page' : 'not JSON'
  return new ApiError(
    response.status,
    `unexpected response from server: the answer is ${what}; check that the URL is the root of an ESC server`,
  )
}

/**
 * The revision number of an answer.
 *
 * @throws Error `parsing revision number: …` when the header is missing or no integer
 */
export function revisionOf(response: HttpResponse): number {
  const text = response.headers['pulumi-esc-revision'] ?? ''
  if (!/^[+-]?\d+$/.test(text)) {
    throw new Error(`parsing revision number: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`)
  }
  return Number(text)
}
