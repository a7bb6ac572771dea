import { Failure } from './failure.ts'
import type { Variable } from './variables.ts'

/** Variables that make a program load or run other code; a trailing `*` stands for any rest. */
const codeRunning = [
  'LD_*',
  'DYLD_*',
  'NODE_OPTIONS',
  'NODE_PATH',
  'BASH_ENV',
  'ENV',
  'BASH_FUNC_*',
  'SHELLOPTS',
  'PS4',
  'PROMPT_COMMAND',
  'IFS',
  'PYTHONPATH',
  'PYTHONSTARTUP',
  'PERL5OPT',
  'PERL5LIB',
  'RUBYOPT',
  'RUBYLIB',
  'JAVA_TOOL_OPTIONS',
  '_JAVA_OPTIONS',
  'CLASSPATH',
  'GIT_SSH*',
  'GIT_CONFIG*',
  'GIT_EXTERNAL_DIFF',
  'EDITOR',
  'PAGER',
  'PATH',
] as const

/** Variables that send a program's traffic or files elsewhere. */
const redirecting = [
  '*_PROXY',
  'AWS_ENDPOINT_URL*',
  'AWS_CA_BUNDLE',
  'SSL_CERT_*',
  'NODE_EXTRA_CA_CERTS',
  'NODE_TLS_REJECT_UNAUTHORIZED',
  'HOME',
  'AWS_CONFIG_FILE',
] as const

/** The command line's own token, handed on only when the runner says so. */
const ownVariables = new Set(['PULUMI_ACCESS_TOKEN'])

/**
 * What a child process gets: our own variables without our token, then the environment's.
 *
 * A definition may be another person's text, so names that can make the child run or reach something else are refused
 * unless `allowed` lists them; the definition cannot allow itself.
 *
 * @throws Failure for a name that no program can be given, a NUL in a text, or a refused name
 */
export function childEnvironment(
  processEnv: Readonly<Record<string, string | undefined>>,
  variables: readonly Variable[],
  allowed: ReadonlySet<string>,
): Readonly<Record<string, string>> {
  const result: Record<string, string> = Object.create(null)
  for (const [name, value] of Object.entries(processEnv)) {
    if (value !== undefined && (!ownVariables.has(name) || allowed.has(name))) result[name] = value
  }
  for (const variable of variables) {
    check(variable, allowed)
    result[variable.name] = variable.text
  }
  return result
}

function check({ name, text, unknown, origin }: Variable, allowed: ReadonlySet<string>): void {
  const from = origin === '' ? '' : ` from ${origin}`
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    throw new Failure(
      `variable_refused: ${JSON.stringify(name)}${from} is no name of a variable; use letters, digits and _`,
    )
  }
  if (unknown)
    throw new Failure(`variable_refused: ${name}${from} has no value; look at it with \`esc open\``)
  if (text.includes('\0'))
    throw new Failure(`variable_refused: ${name}${from} holds a NUL, which no variable can`)
  const danger = matches(codeRunning, name)
    ? 'can run code in your process'
    : matches(redirecting, name)
      ? 'can redirect what your process does'
      : null
  if (danger !== null && !allowed.has(name)) {
    throw new Failure(`variable_refused: ${name}${from} ${danger}; allow with --allow-env ${name}`)
  }
}

function matches(patterns: readonly string[], name: string): boolean {
  const upper = name.toUpperCase()
  return patterns.some((pattern) => {
    if (pattern.startsWith('*')) return upper.endsWith(pattern.slice(1))
    return pattern.endsWith('*') ? upper.startsWith(pattern.slice(0, -1)) : upper === pattern
  })
}
