/** What the log says of a fault. */
export interface Fault {
  readonly name: string
  readonly code?: string
  /** The innermost calls. */
  readonly at: readonly string[]
}

const mostCalls = 8

/**
 * What may be told of a fault: its kind and where it came from. Never its message or its other members, in which a library may
 * have put a statement with its values (S-58, S-68).
 */
export function faultOf(error: Error): Fault {
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {}
  // A message of several lines may look like anything but a call of a place in a file.
  const calls = (error.stack ?? '').split('\n').filter((line) => /^ {4}at .*:\d+:\d+\)?$/.test(line))
  return { name: error.name, ...code, at: calls.slice(0, mostCalls).map((line) => line.trim()) }
}

/** A fault that nothing caught ends the program, which says its kind and place and nothing of its message (S-67). */
export function endOnFault(): void {
  const end = (error: unknown) => {
    const fault = error instanceof Error ? faultOf(error) : { name: typeof error, at: [] }
    process.stderr.write(`error: the server ends: a fault of its own: ${JSON.stringify(fault)}\n`, () =>
      process.exit(70),
    )
  }
  process.on('uncaughtException', end)
  process.on('unhandledRejection', end)
}
