import { ApiError } from './error.ts'
import { isPage } from './send.ts'
import type { HttpResponse } from './transport.ts'

/**
 * An answer's JSON object. Numbers become JavaScript numbers: not for values of environments, see `values.ts`.
 *
 * @throws ApiError when the body is no JSON object, with what it seems to be instead
 */
export function json<T extends object>(response: HttpResponse): T {
  const body = parse(response)
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw unexpected(response)
  return body as T
}

/** An answer's JSON list; `null` counts as an empty one. */
export function jsonList<T>(response: HttpResponse): readonly T[] {
  return listIn<T>(response, parse(response))
}

/** A list inside an answer; `null` and an absent one count as empty. */
export function listIn<T>(response: HttpResponse, value: unknown): readonly T[] {
  if (value === undefined || value === null) return []
  const isList = Array.isArray(value) && value.every((item) => typeof item === 'object' && item !== null)
  if (!isList) throw unexpected(response)
  return value as readonly T[]
}

function parse(response: HttpResponse): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(response.body))
  } catch {
    throw unexpected(response)
  }
}

/** The error for a good status with a body that is no answer of an ESC server. */
export function unexpected(response: HttpResponse): ApiError {
  const text = new TextDecoder().decode(response.body)
  const what = isPage(response, text)
    ? 'the answer is a web page'
    : text.trim() === ''
      ? 'the answer is empty'
      : isJson(text)
        ? 'the answer is not of the form that was asked for'
        : 'the answer is not JSON'
  return new ApiError(
    response.status,
    `unexpected response from server: ${what}; check that the URL is the root of an ESC server`,
  )
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/**
 * The revision number of an answer.
 *
 * @throws Error `parsing revision number: …` when the header is missing or no integer
 */
export function revisionOf(response: HttpResponse): number {
  const text = response.headers['pulumi-esc-revision'] ?? ''
  if (isPage(response, new TextDecoder().decode(response.body.subarray(0, 64)))) throw unexpected(response)
  if (!/^[+-]?\d+$/.test(text)) {
    throw new Error(`parsing revision number: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`)
  }
  return Number(text)
}
