import { fstatSync, writeSync } from 'node:fs'

const passing = new Set(['EPIPE', 'ENOSPC', 'EIO', 'EDQUOT'])

/** A server whose log nobody reads any more, or whose log's disk is full, goes on serving. */
export function surviveClosedOutput(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (!passing.has(error.code ?? '')) throw error
    })
  }
}

/**
 * Writes lines of the log to standard output, those of one turn of the event loop together. A stream that once failed stays
 * silent, so a file is written to directly: lines are dropped while its disk is full, and come again when there is space.
 */
export function logLine(): (line: string) => void {
  const write = isFile(1) ? writeToFile : (text: string) => void process.stdout.write(text)
  let waiting = ''
  const flush = () => {
    const text = waiting
    waiting = ''
    if (text !== '') write(text)
  }
  process.on('exit', flush)
  return (line) => {
    if (waiting === '') setImmediate(flush)
    waiting += line
  }
}

function writeToFile(text: string): void {
  try {
    writeSync(1, text)
  } catch (error) {
    if (!passing.has((error as NodeJS.ErrnoException).code ?? '')) throw error
  }
}

function isFile(descriptor: number): boolean {
  try {
    return fstatSync(descriptor).isFile()
  } catch {
    return false
  }
}
