import { AccountFiles, type Credentials } from '../account/account-files.ts'
import { chooseBackendLeniently, normalizeUrl } from '../account/backend.ts'
import { endSession } from '../account/end-session.ts'
import { atMost } from '../argument-count.ts'
import { command as define } from '../command.ts'
import { Failure } from '../failure.ts'
import { text, toggle } from '../flags.ts'

/** `esc logout`. */
export const command = define({
  usage: '[<url>]',
  summary: 'Forget the account of a server',
  description: `Without a URL the current server. A session of \`esc login --device\` ends on the server too. A token that you typed stays
good, since it may be in use elsewhere: \`esc token revoke\` ends it.`,
  examples: ['esc logout', 'esc logout https://esc.example.com', 'esc logout --all'],
  arguments: atMost(1),
  flags: {
    all: toggle('Forget all accounts'),
    'cloud-url': text('The server, instead of the argument', { short: 'c', placeholder: 'url' }),
  },
  async run({ world, out, flags, args }) {
    const files = new AccountFiles(world)
    const named = [args[0] ?? '', flags['cloud-url']].filter((url) => url !== '')
    if (named.length + (flags.all ? 1 : 0) > 1) {
      throw new Failure('only one of --all, --cloud-url or argument URL may be specified, not both')
    }
    if (flags.all) {
      for (const [url, account] of Object.entries((await files.readableCredentials()).accounts ?? {}))
        await endSession({ world, out, backend: url }, account)
      await files.update(() => ({}))
      await files.setOwnBackend('')
      out.line('Logged out of all clouds')
      return
    }
    const backend =
      named[0] === undefined ? await chooseBackendLeniently(world, files) : normalizeUrl(named[0])
    const known = (await files.readableCredentials()).accounts?.[backend ?? '']
    if (backend === null || known === undefined) {
      out.line('Already logged out.')
      return
    }
    await endSession({ world, out, backend }, known)
    await files.update((credentials) => without(credentials, backend))
    if ((await files.ownBackendLeniently()) === backend) await files.setOwnBackend('')
    out.line(`Logged out of ${backend}`)
  },
})

function without({ current, accounts, accessTokens, ...rest }: Credentials, backend: string): Credentials {
  const drop = <T>(record: Readonly<Record<string, T>> = {}) =>
    Object.fromEntries(Object.entries(record).filter(([url]) => url !== backend))
  const kept = { ...rest, accounts: drop(accounts), accessTokens: drop(accessTokens) }
  return current === undefined || current === backend ? kept : { ...kept, current }
}
