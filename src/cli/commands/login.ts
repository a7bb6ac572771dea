import { type Account, AccountFiles } from '../account/account-files.ts'
import { backendName, chooseBackendLeniently, consoleUrl, normalizeUrl } from '../account/backend.ts'
import { endSession } from '../account/end-session.ts'
import { exchangeToken } from '../account/exchange.ts'
import { checkAndStore, type LoginContext, tokenFromBrowser, usableAccount } from '../account/session.ts'
import { atMost } from '../argument-count.ts'
import { type Call, command as define } from '../command.ts'
import { Failure, prefixed } from '../failure.ts'
import { text, toggle } from '../flags.ts'

const flags = {
  'cloud-url': text('The server, instead of the argument', { short: 'c', placeholder: 'url' }),
  'default-org': text('The organization of references that name none', { placeholder: 'organization' }),
  insecure: toggle('Accept a certificate that nothing vouches for'),
  device: toggle('Log in with a browser, on this machine or another'),
  renew: toggle('Log in with a browser although an account is stored: a fresh login, for dangerous changes'),
  shared: toggle('Use the account that the pulumi program is logged in with'),
  'oidc-token': text('Exchange this identity token for an access token; file://<path> reads it from a file', {
    placeholder: 'token',
  }),
  'oidc-org': text('The organization to exchange the token for', { placeholder: 'organization' }),
  'oidc-team': text('The team to exchange the token for', { placeholder: 'team' }),
  'oidc-user': text('The user to exchange the token for', { placeholder: 'user' }),
  'oidc-expiration': text('How long the access token is good, 2h unless told', { placeholder: 'duration' }),
}

type LoginCall = Call<typeof flags>

/** `esc login`. */
export const command = define({
  usage: '[<url>]',
  summary: 'Log in to a server',
  description: `Checks your access token and remembers the server and the account. The token is asked for on a terminal, or taken
from PULUMI_ACCESS_TOKEN; it is never a command line argument.

With a browser: press ENTER instead, or give --device, which needs no terminal. A page of the server and a code are printed. Open
the page wherever there is a browser, type the code and your personal access token there, compare machine and address, and
press Allow. This machine then holds a session of at most four hours, which \`esc logout\` ends; your own token never comes near it.
Some organizations ask for a login of the last 15 minutes before dangerous changes: \`esc login --renew\`.`,
  examples: [
    'esc login http://localhost:3720',
    'esc login https://esc.example.com --device',
    'esc login --renew',
    'PULUMI_ACCESS_TOKEN=$(cat token) esc login https://esc.example.com',
    'esc login https://esc.example.com --oidc-token file:///var/run/token --oidc-org acme',
  ],
  arguments: atMost(1),
  flags,
  async run(call) {
    const { world, out, flags } = call
    const files = new AccountFiles(world)
    const backend = await chooseUrl(call, files)
    const context = { world, out, files, backend, insecure: flags.insecure }
    const account = await prefixed('problem logging in', async () => chooseWay(call, context))
    await files.setOwnBackend(flags.shared ? '' : backend)
    if (flags['default-org'] !== '') await files.setDefaultOrganization(backend, flags['default-org'])
    const page = consoleUrl(backend, world.processEnv)
    const who = account.username ? ` as ${account.username}` : ''
    const where = page === '' ? '' : account.username ? `${page}/${account.username}` : page
    out.line(`Logged in to ${backendName(backend)}${who} (${where})`)
  },
})

function chooseWay(call: LoginCall, context: LoginContext): Promise<Account> {
  const { device, renew } = call.flags
  const isExchange = hasOidcFlag(call)
  if (isExchange && (device || renew))
    throw new Failure('an identity token cannot be combined with --device and --renew')
  if (isExchange) return loginByExchange(context, call)
  return device || renew ? loginByBrowser(context, call) : login(context)
}

async function loginByBrowser(context: LoginContext, { world }: LoginCall): Promise<Account> {
  if (world.processEnv['PULUMI_ACCESS_TOKEN'])
    throw new Failure('cannot log in with a browser when an access token is set as environment variable')
  const before = (await context.files.readableCredentials()).accounts?.[context.backend]
  const account = await checkAndStore(context, await tokenFromBrowser(context), {})
  if (before !== undefined) await endSession(context, before)
  return account
}

async function login(context: LoginContext) {
  const { accounts } = await context.files.readableCredentials()
  return usableAccount(context, accounts?.[context.backend])
}

async function loginByExchange(context: LoginContext, { flags, world }: LoginCall) {
  const { token, expiresAt } = await exchangeToken(context, {
    token: flags['oidc-token'],
    organization: flags['oidc-org'],
    team: flags['oidc-team'],
    user: flags['oidc-user'],
    expiration: flags['oidc-expiration'],
    world,
  })
  return checkAndStore(context, token, expiresAt === '' ? {} : { tokenInformation: { expiresAt } })
}

function hasOidcFlag({ given }: LoginCall): boolean {
  return [...given].some((name) => name.startsWith('oidc-'))
}

async function chooseUrl({ args, flags, world }: LoginCall, files: AccountFiles): Promise<string> {
  const [argument = ''] = args
  const flag = flags['cloud-url']
  if (argument !== '' && flag !== '') {
    throw new Failure('only one of --cloud-url or argument URL may be specified, not both')
  }
  const named = argument || flag
  if (named !== '' && flags.shared) throw new Failure('a cloud URL may not be specified with --shared')
  if (named !== '') return checkUrl(named)
  const backend = flags.shared
    ? (await files.readableCredentials()).current
    : await chooseBackendLeniently(world, files)
  if (!backend)
    throw new Failure('no server is known; say which, for example `esc login http://localhost:3720`')
  return backend
}

function checkUrl(text: string): string {
  const url = normalizeUrl(text)
  if (/^(https?:\/\/)?(app\.pulumi\.com|pulumi\.com)(\/|$)/.test(url)) {
    throw new Failure(
      `${url} is not a valid self-hosted backend, use \`esc login\` without arguments to log into the Pulumi Cloud backend`,
    )
  }
  if (/^(file|s3|azblob|gs|https\+|postgres)(:|$)/.test(url) || url === '~' || url.startsWith('.')) {
    throw new Failure(`${url} does not support Pulumi ESC`)
  }
  if (!/^https?:\/\//.test(url) || !URL.canParse(url)) {
    throw new Failure(
      `${JSON.stringify(text)} is not a URL; start it with http:// or https://, as in \`esc login http://localhost:3720\``,
    )
  }
  return url
}
