import { AppError } from '../diag/index.ts'
import { quote } from '../value/index.ts'
import type { ProcessVariable } from './process-variables.ts'

/**
 * `NAME="value"` lines. A value that a reader would expand (it has `$` or a backquote) stands in single quotes, for
 * most readers take those literally.
 *
 * @throws AppError NOT_REPRESENTABLE naming the variable and the reason, never the value
 */
export function dotenvLines(variables: readonly ProcessVariable[]): string {
  return variables.map((variable) => `${dotenvName(variable.name)}=${dotenvValue(variable)}\n`).join('')
}

/**
 * `export NAME="value"` lines for POSIX shells. A value that double quotes would change stands in single quotes, which
 * keep every byte.
 *
 * @throws AppError NOT_REPRESENTABLE naming the variable and the reason, never the value
 */
export function shellLines(variables: readonly ProcessVariable[]): string {
  return variables.map((variable) => `export ${shellName(variable.name)}=${shellValue(variable)}\n`).join('')
}

/**
 * `set -gx NAME 'value'` lines for fish, which knows two escapes within single quotes: `\\` and `\'`.
 *
 * @throws AppError NOT_REPRESENTABLE naming the variable and the reason, never the value
 */
export function fishLines(variables: readonly ProcessVariable[]): string {
  return variables
    .map((variable) => {
      const value = withoutNul(variable).replaceAll('\\', '\\\\').replaceAll("'", "\\'")
      return `set -gx ${shellName(variable.name)} '${value}'\n`
    })
    .join('')
}

/**
 * `$env:NAME = 'value'` lines for PowerShell, which takes every single quotation mark of Unicode for one, and undoes none
 * but a doubled one.
 *
 * @throws AppError NOT_REPRESENTABLE naming the variable and the reason, never the value
 */
export function powershellLines(variables: readonly ProcessVariable[]): string {
  return variables
    .map((variable) => {
      const value = withoutNul(variable).replace(/['\u2018\u2019\u201a\u201b]/g, '$&$&')
      return `$env:${shellName(variable.name)} = '${value}'\n`
    })
    .join('')
}

function withoutNul({ name, value }: ProcessVariable): string {
  if (value.includes('\0')) throw refusal(name, 'the value has a NUL byte, which no process can be given')
  return value
}

function dotenvName(name: string): string {
  if (/^[A-Za-z_][A-Za-z0-9_.-]*$/.test(name)) return name
  throw refusal(name, 'the name is not one that dotenv readers accept')
}

function shellName(name: string): string {
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return name
  throw refusal(name, 'the name is not one that a shell accepts')
}

function dotenvValue({ name, value }: ProcessVariable): string {
  if (value.includes('\0')) throw refusal(name, 'the value has a NUL byte, which no process can be given')
  if (!/[$`]/.test(value)) return quote(value)
  if (!/['\\\n\r]/.test(value)) return `'${value}'`
  throw refusal(
    name,
    'the value has a `$` or a backquote beside a quote, a backslash or a newline, which dotenv readers disagree on',
  )
}

// What double quotes give back unchanged: no expansion, and no escapes but `\"` and `\\`, which a shell undoes.
const safeQuoted = /^"(?:[^\\$`!]|\\["\\])*"$/

function shellValue({ name, value }: ProcessVariable): string {
  if (value.includes('\0')) throw refusal(name, 'the value has a NUL byte, which no process can be given')
  const quoted = quote(value)
  return safeQuoted.test(quoted) ? quoted : `'${value.replaceAll("'", "'\\''")}'`
}

function refusal(name: string, reason: string): AppError {
  return new AppError('NOT_REPRESENTABLE', { name: quote(name), reason })
}
