import { AccountFiles } from '../account/account-files.ts'
import { chooseBackend } from '../account/backend.ts'
import { createSession, type Session } from '../account/session.ts'
import { exactly } from '../argument-count.ts'
import { command as define } from '../command.ts'
import { Exit } from '../failure.ts'
import { outputFlag, wantsJson } from '../output-flag.ts'
import type { World } from '../world.ts'

/** What was looked at, whether it will do, and in words what was found or what to fix. */
interface Check {
  readonly check: 'account' | 'server' | 'environments' | 'clock' | 'issuer' | 'editor'
  readonly ok: boolean
  readonly says: string
}

/** Tokens name the second they begin and end in; verifiers allow a minute. */
const mostSkewSeconds = 60

/** `esc doctor`. */
export const command = define({
  usage: '',
  summary: 'Check the set-up and say what to fix',
  description:
    "Looks at the account files, the server, the token, this machine's clock, the issuer and the editor. Exits with 1 when something has to be fixed.",
  examples: ['esc doctor', 'esc doctor --output json'],
  arguments: exactly(0),
  flags: { output: outputFlag },
  async run({ world, flags, out }) {
    const asJson = wantsJson(flags.output)
    const checks = [...(await checkAccount(world)), await checkEditor(world)]
    const ok = checks.every((check) => check.ok)
    if (asJson) out.json({ ok, checks })
    else {
      for (const check of checks) {
        out.painted(`${check.ok ? out.colors.green('ok  ') : out.colors.red('FAIL')} `)
        out.line(check.says)
      }
    }
    if (!ok) throw new Exit(1)
  },
})

async function checkAccount(world: World): Promise<readonly Check[]> {
  const files = new AccountFiles(world)
  const failed = (says: string): readonly Check[] => [{ check: 'account', ok: false, says }]
  try {
    const backend = await chooseBackend(world, files)
    if (backend === null) return failed('no server is chosen; log in with `esc login <url>`')
    const account = (await files.credentials()).accounts?.[backend]
    if (account === undefined)
      return failed(`no account for ${backend}; log in with \`esc login ${backend}\``)
    const session = await createSession(world, files, backend, account)
    return [
      { check: 'account', ok: true, says: `account for ${backend}, stored for you alone` },
      ...(await checkServer(world, backend, session)),
    ]
  } catch (error) {
    return failed((error as Error).message)
  }
}

async function checkServer(world: World, backend: string, session: Session): Promise<readonly Check[]> {
  const { api } = session
  try {
    const started = world.clock.now()
    const { githubLogin } = await api.user()
    const took = world.clock.now() - started
    const count = (await api.listEnvironments()).length
    return [
      { check: 'server', ok: true, says: `the server answers in ${took} ms; you are ${githubLogin}` },
      {
        check: 'environments',
        ok: true,
        says: `${count} ${count === 1 ? 'environment' : 'environments'} can be seen`,
      },
      await checkClock(world, backend, session),
      await checkIssuer(session),
    ]
  } catch (error) {
    return [{ check: 'server', ok: false, says: `${backend}: ${(error as Error).message}` }]
  }
}

/** By the `Date` of an answer, which every server sends. */
async function checkClock(world: World, backend: string, { account }: Session): Promise<Check> {
  const transport = world.transport({ insecure: account.insecure ?? false })
  const { headers } = await transport({ method: 'GET', url: `${backend}/`, headers: {} })
  const skew = Math.round((world.clock.now() - Date.parse(headers['date'] ?? '')) / 1000)
  if (Number.isNaN(skew)) return { check: 'clock', ok: true, says: 'the server does not tell the time' }
  const apart = `${Math.abs(skew)} s ${skew > 0 ? 'ahead of' : 'behind'} the server's`
  return Math.abs(skew) > mostSkewSeconds
    ? { check: 'clock', ok: false, says: `this machine's clock is ${apart}; set one of them right` }
    : {
        check: 'clock',
        ok: true,
        says: `this machine's clock is within ${mostSkewSeconds} s of the server's`,
      }
}

/** Servers of others need not have an issuer that can be asked for; then nothing here is broken. */
async function checkIssuer({ api }: Session): Promise<Check> {
  try {
    const { issuer } = await api.issuer()
    const next = issuer.startsWith('https:')
      ? '`esc oidc verify` looks at it as AWS does'
      : 'AWS takes https issuers only, so this one is for the sandbox'
    return { check: 'issuer', ok: true, says: `the issuer is ${issuer}; ${next}` }
  } catch (error) {
    return { check: 'issuer', ok: true, says: `no issuer can be asked for (${(error as Error).message})` }
  }
}

/** An editor is needed for `esc env edit` alone, so its absence is told but nothing is broken. */
async function checkEditor(world: World): Promise<Check> {
  const { findEditor } = await import('../editor.ts')
  try {
    return { check: 'editor', ok: true, says: `the editor is ${(await findEditor(world, '')).path}` }
  } catch (error) {
    const why = (error as Error).message
    return { check: 'editor', ok: true, says: `no editor (${why}); only \`esc env edit\` needs one` }
  }
}
