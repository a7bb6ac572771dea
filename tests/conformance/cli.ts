import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { accountFiles, callCli, type Stage } from './cli/call.ts'
import { difference } from './cli/compare.ts'
import { createServer } from './cli/server.ts'
import { runScript, type Streams } from './cli/shell.ts'
import { parseTranscript, type Transcript } from './cli/transcript.ts'
import { withScriptIds } from './cli/wire-ids.ts'
import type { Suite } from './suite.ts'

const nowMilliseconds = Date.parse('2024-08-01T09:00:00Z')

/**
 * Transcripts of the command line: seed a server, run a script, compare both streams. With `OPENESC_SHOW=1` a failing
 * case also gives its whole output.
 */
export const suite: Suite = async function* (path, { only }) {
  const files = statSync(path).isDirectory()
    ? readdirSync(path)
        .filter((file) => file.endsWith('.yaml'))
        .sort()
        .map((file) => join(path, file))
    : [path]
  for (const file of files) {
    const name = basename(file, '.yaml')
    if (only !== undefined && name !== only) continue
    const problem = await run(name, readFileSync(file, 'utf8'))
    yield problem === null ? { name, passed: true } : { name, passed: false, difference: problem }
  }
}

/** What one transcript printed, and whether it failed as a whole. */
interface Outcome {
  readonly stdout: string
  readonly stderr: string
  readonly code: number
}

async function run(name: string, content: string): Promise<string | null> {
  try {
    const transcript = parseTranscript(content)
    const { stdout, stderr, code } = await play(transcript)
    const found =
      difference({ name, stream: 'stdout', expected: transcript.stdout, actual: stdout }) ??
      difference({ name, stream: 'stderr', expected: transcript.stderr, actual: stderr }) ??
      (transcript.fails === (code !== 0)
        ? null
        : `exit code ${code}, wanted ${transcript.fails ? 'a failure' : '0'}`)
    if (found === null || process.env['OPENESC_SHOW'] !== '1') return found
    return `${found}\n--- stdout\n${stdout}\n--- stderr\n${stderr}`
  } catch (error) {
    return `threw ${error instanceof Error ? error.stack : String(error)}`
  }
}

/** `esc`, or the program that the transcript mounts it in, whose first argument is then `esc`. */
function programOf(name: string, stage: Stage) {
  const { parent } = stage.transcript
  if (name === 'esc') {
    return (args: readonly string[], streams: Streams) => callCli(['esc'], args, streams, stage)
  }
  if (name !== parent || parent === '') return null
  return (args: readonly string[], streams: Streams) =>
    callCli([parent, ...args.slice(0, 1)], args.slice(1), streams, stage)
}

/** Runs a transcript's script against a server of its own. */
export async function play(transcript: Transcript): Promise<Outcome> {
  const server = await createServer(transcript, nowMilliseconds)
  const stdout: Uint8Array[] = []
  const stderr: Uint8Array[] = []
  const stage: Stage = {
    transcript,
    files: new Map([...transcript.files, ...accountFiles(nowMilliseconds)]),
    fetch: withScriptIds(server.fetch, transcript, server.drafts),
    nowMilliseconds,
  }
  try {
    const code = await runScript(
      transcript.script,
      {
        files: stage.files,
        program: (name) => programOf(name, stage),
      },
      {
        stdin: new Uint8Array(),
        stdout: (bytes) => stdout.push(bytes),
        stderr: (bytes) => stderr.push(bytes),
      },
      { variables: transcript.processEnv, parameters: [] },
    )
    return { stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString(), code }
  } finally {
    await server.close()
  }
}
