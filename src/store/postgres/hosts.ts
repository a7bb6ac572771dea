import { AppError } from '../../diag/index.ts'

const form = /^(postgres(?:ql)?:\/\/(?:[^@/?#]*@)?)([^/?#]*)([^#]*)$/
/** Who writes needs the primary; other kinds of session would show a standby's past. */
const primaries: readonly (string | null)[] = [null, 'any', 'read-write', 'primary']

/**
 * One URL for each host that a database's URL names: `postgres://user:password@first:5432,second:5432/name`, as libpq has it. Only the
 * host that takes writes is ever used, whatever `target_session_attrs` says; it may say `read-write`, `primary` or `any`.
 *
 * @throws AppError SETTING_INVALID, which never shows the URL: it holds a password
 */
export function hostUrls(url: string): readonly string[] {
  const [, start = '', hosts = '', rest = ''] = form.exec(url) ?? []
  const urls = hosts.split(',').map((host) => `${start}${host}${rest}`)
  if (start === '' || !urls.every((one) => URL.canParse(one)) || (urls.length > 1 && /^,|,,|,$/.test(hosts)))
    throw invalid(
      'postgres://user:password@host:port/name, or several host:port with commas between',
      'something else',
    )
  return urls.map((one) => {
    const alone = new URL(one)
    const wanted = alone.searchParams.get('target_session_attrs')
    if (!primaries.includes(wanted))
      throw invalid('target_session_attrs=read-write', `target_session_attrs=${wanted}`)
    if (wanted === null) return one
    alone.searchParams.delete('target_session_attrs')
    return alone.href
  })
}

/** Where a database is, without user and password: for messages. */
export function placeOf(url: string): string {
  const [, , hosts = '', rest = ''] = form.exec(url) ?? []
  return `postgres://${hosts}${rest.replace(/\?.*$/s, '')}`
}

function invalid(wanted: string, got: string): AppError {
  return new AppError('SETTING_INVALID', { name: 'database', wanted, got })
}
