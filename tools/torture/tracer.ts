// Servers under a tracer (strace), which kills them at a chosen system call or makes that call fail.
import { spawnSync } from 'node:child_process'

/** Why this machine cannot trace a process; null when it can. */
export function whyNoTracer(): string | null {
  const tried = spawnSync('strace', ['-f', '-o', '/dev/null', '-e', 'trace=fsync', 'true'], {
    encoding: 'utf8',
  })
  if (tried.error) return `strace: ${tried.error.message}`
  return tried.status === 0 ? null : `strace: ${tried.stderr.trim()}`
}

/** What happens at the `when`th call of `call`: the process dies as it makes it, or the call fails. */
export interface Injection {
  readonly call: string
  readonly when: number
  readonly fault: 'signal=SIGKILL' | 'error=EIO' | 'error=ENOSPC'
}

/** A command line that runs `command` with the fault in it. */
export function withFault({ call, when, fault }: Injection, command: readonly string[]): readonly string[] {
  const rules = ['-e', `trace=${call}`, '-e', `inject=${call}:${fault}:when=${when}`]
  return ['strace', '-D', '-f', '-qq', '-o', '/dev/null', ...rules, ...command]
}
