import { AppError } from '../diag/index.ts'
import type { LogEvent } from '../service/index.ts'

/** A piece of work that comes again and again. */
export type RecurringWork = () => Promise<unknown>

/**
 * Does pieces of work every so often, in their order, each even when one before it failed: a store that is away for one may be
 * there for the next. A round that takes longer than the time between two leaves those out that would have begun meanwhile.
 * Gives a function that stops it and waits for what runs.
 */
export function keepTicking(
  milliseconds: number,
  pieces: Readonly<Record<string, RecurringWork>>,
  log: (event: LogEvent) => void,
): () => Promise<void> {
  let running: Promise<void> | null = null
  const round = async () => {
    for (const [work, run] of Object.entries(pieces)) {
      try {
        await run()
      } catch (error) {
        log({ level: 'error', event: 'tick failed', work, error: nameOf(error) })
      }
    }
    running = null
  }
  const timer = setInterval(() => {
    running ??= round()
  }, milliseconds)
  return async () => {
    clearInterval(timer)
    await running
  }
}

function nameOf(error: unknown): string {
  if (error instanceof AppError) return error.code.toLowerCase()
  return error instanceof Error ? error.name : 'unknown'
}
