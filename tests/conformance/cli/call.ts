import { runCli } from '../../../src/cli/index.ts'
import type { FetchLike } from '../../../src/client/index.ts'
import type { Streams } from './shell.ts'
import type { Transcript } from './transcript.ts'
import { createTestWorld, home } from './world.ts'

/** What all calls of one transcript share. */
export interface Stage {
  readonly transcript: Transcript
  readonly files: Map<string, Uint8Array>
  readonly fetch: FetchLike
  readonly nowMilliseconds: number
}

const milliseconds = 5_000

/** One call of the command line, as the script's `esc` (or `parent esc`) runs it. Gives the exit code. */
export async function callCli(
  names: readonly string[],
  args: readonly string[],
  streams: Streams,
  stage: Stage,
): Promise<number> {
  const heading = Buffer.from(`> ${[...names, ...args].join(' ')}\n`)
  streams.stdout(heading)
  streams.stderr(heading)
  const { transcript, ...rest } = stage
  const { processEnv, programs } = transcript
  const call = runCli(args, createTestWorld({ streams, ...rest, processEnv, programs }))
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`esc ${args.join(' ')} took over ${milliseconds} ms`)),
      milliseconds,
    )
  })
  try {
    return await Promise.race([call, late])
  } finally {
    clearTimeout(timer)
  }
}

/** The accounts that are stored beforehand. */
export function accountFiles(nowMilliseconds: number): readonly (readonly [string, Uint8Array])[] {
  const account = {
    accessToken: 'access-token',
    username: 'test-user',
    organizations: ['test-org'],
    lastValidatedAt: new Date(nowMilliseconds).toISOString(),
  }
  const urls = ['https://api.fake.pulumi.com', 'https://api.pulumi.com']
  const credentials = {
    current: urls[0],
    accessTokens: Object.fromEntries(urls.map((url) => [url, account.accessToken])),
    accounts: Object.fromEntries(urls.map((url) => [url, account])),
  }
  return [[`${home}/.pulumi/credentials.json`, Buffer.from(JSON.stringify(credentials))]]
}
