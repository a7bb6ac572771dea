import { TransportError } from '../../client/index.ts'
import { atMost } from '../argument-count.ts'
import { offlineCommand } from '../command.ts'
import { Exit } from '../failure.ts'
import { outputFlag, wantsJson } from '../output-flag.ts'

const patienceMilliseconds = 6000

/** `esc oidc verify`. */
export const command = offlineCommand({
  usage: '[<issuer-url>]',
  summary: 'Check the issuer as AWS would',
  description: `Fetches the discovery document and the keys without credentials and checks all that AWS is known to check. Run it from
outside your network: AWS fetches both from the public internet. Exit code 0 when all is well, 3 when not.`,
  examples: [
    'esc oidc verify',
    'esc oidc verify https://esc.example.com/oidc',
    'esc oidc verify --output json',
  ],
  arguments: atMost(1),
  flags: { output: outputFlag },
  async run({ world, args, flags, out }, account) {
    const asJson = wantsJson(flags.output)
    const { inspectIssuer } = await import('../../oidc/inspect.ts')
    const issuer = args[0] || (await (await account()).api.issuer()).issuer
    const transport = world.transport({ insecure: false })
    const checks = await inspectIssuer(issuer, async (url) => {
      const started = world.clock.now()
      try {
        const signal = AbortSignal.timeout(patienceMilliseconds)
        const answer = await transport({
          method: 'GET',
          url,
          headers: { accept: 'application/json' },
          signal,
        })
        return { ...answer, milliseconds: world.clock.now() - started }
      } catch (error) {
        if (error instanceof TransportError)
          throw new Error(`${error.message}${error.code === '' ? '' : ` (${error.code})`}`)
        throw error
      }
    })
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
