import { AppError } from '../diag/index.ts'

/**
 * The path of a request's URL as routes match it: not decoded, repeated slashes collapsed (an SDK asks for `…/open//{session}`),
 * no slash at the end.
 */
export function canonicalPath(url: string): string {
  const start = url.startsWith('/') ? 0 : url.indexOf('/', url.indexOf('://') + 3)
  const [path = '/'] = start === -1 ? [] : (/^[^?#]*/.exec(start === 0 ? url : url.slice(start)) ?? [])
  const collapsed = path.includes('//') ? path.replace(/\/{2,}/g, '/') : path
  return collapsed.length > 1 && collapsed.endsWith('/') ? collapsed.slice(0, -1) : collapsed
}

/**
 * Refuses paths that two readers could read differently: encoded separators, NUL, double encoding, dot segments and broken
 * escapes (S-20). Everything else is decoded exactly once, later, segment by segment.
 *
 * @throws AppError REQUEST_INVALID
 */
export function checkPath(path: string): void {
  // Nearly all are made of what names are made of, and need no closer look.
  if (/^(?:\/[A-Za-z0-9_-][A-Za-z0-9_.-]*)+$/.test(path)) return
  const refuse = (what: string) =>
    new AppError('REQUEST_INVALID', { what, hint: 'names never need these characters' })
  if (/%(?:2f|5c|00)|\\/i.test(path)) throw refuse('the path holds an encoded separator')
  if (/%25[0-9a-f]{2}/i.test(path)) throw refuse('the path is encoded twice')
  try {
    for (const segment of path.split('/')) {
      const decoded = decodeURIComponent(segment)
      if (decoded === '.' || decoded === '..') throw refuse('the path holds a dot segment')
      if (/\p{Cc}/u.test(decoded)) throw refuse('the path holds a control character')
    }
  } catch (error) {
    throw error instanceof URIError ? refuse('the path holds a broken escape') : error
  }
}

/**
 * As `checkPath`, for the request target as it was sent, `/path` or `http://host/path`: reading it as a URL resolves `..` and
 * turns `\\` round before anybody can refuse them.
 *
 * @throws AppError REQUEST_INVALID
 */
export function checkTarget(target: string | undefined): void {
  if (target === undefined || target === '*') return
  checkPath(canonicalPath(target))
}
