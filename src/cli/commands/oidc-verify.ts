import { TransportError } from '../../client/index.ts'
import type { FetchDocument } from '../../oidc/inspect.ts'
import { atMost } from '../argument-count.ts'
import { offlineCommand } from '../command.ts'
import { Exit } from '../failure.ts'
import { outputFlag, wantsJson } from '../output-flag.ts'
import type { World } from '../world.ts'

// A little longer than AWS waits, so that the time that was taken can still be told.
const patienceMilliseconds = 8000
const limitBytes = 1024 * 1024

/** `esc oidc verify`. */
export const command = offlineCommand({
  usage: '[<issuer-url>]',
  summary: 'Check the issuer as AWS would',
  description: `Fetches the discovery document and the keys without credentials and checks all that AWS is known to check: the URL (https, no
port, query or trailing slash, 255 characters), the certificate and where the name leads, that \`issuer\` is the URL
character for character, no redirects, 1 MiB and 5 seconds at most, and of the keys their kinds, sizes and number, a
\`kid\` in each, no \`key_ops\`, nothing private. Any issuer can be named, also one of somebody else.

Run it from outside your network: AWS fetches both documents from the public internet.
Exit code 0 when all is well, 3 when not.`,
  examples: [
    'esc oidc verify',
    'esc oidc verify https://esc.example.com/oidc',
    'esc oidc verify https://token.actions.githubusercontent.com',
    'esc oidc verify --output json',
  ],
  arguments: atMost(1),
  flags: { output: outputFlag },
  async run({ world, args, flags, out }, account) {
    const asJson = wantsJson(flags.output)
    const { inspectIssuer } = await import('../../oidc/inspect.ts')
    const issuer = args[0] || (await (await account()).api.issuer()).issuer
    const checks = await inspectIssuer(issuer, fetchDocuments(world), world.certificates ?? null)
    const failed = checks.filter(({ ok }) => !ok)
    if (asJson) out.json({ issuer, ok: failed.length === 0, checks })
    else {
      out.line(issuer)
      for (const { id, ok, wanted, got, fix } of checks) {
        out.line(`  ${ok ? 'ok  ' : 'FAIL'}  ${id}: wanted ${wanted}; got ${got}`)
        if (!ok) out.line(`        fix: ${fix}`)
      }
      out.line(
        failed.length === 0
          ? 'AWS can trust this issuer'
          : `${failed.length} of ${checks.length} checks failed`,
      )
    }
    if (failed.length > 0) throw new Exit(3)
  },
})

function fetchDocuments(world: World): FetchDocument {
  return async (url, insecure) => {
    const transport = world.transport({ insecure, limitBytes })
    const started = world.clock.now()
    const signal = AbortSignal.timeout(patienceMilliseconds)
    try {
      const answer = await transport({ method: 'GET', url, headers: { accept: 'application/json' }, signal })
      return { ...answer, milliseconds: world.clock.now() - started }
    } catch (error) {
      if (signal.aborted)
        throw new Error(`no answer within ${patienceMilliseconds / 1000} s`, { cause: error })
      if (error instanceof TransportError)
        throw new Error(`${error.message}${error.code === '' ? '' : ` (${error.code})`}`, { cause: error })
      throw error
    }
  }
}
