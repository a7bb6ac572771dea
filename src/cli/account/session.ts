import {
  type Client,
  type ConnectOptions,
  connect,
  isApiError,
  type Transport,
  type WireUser,
} from '../../client/index.ts'
import { apiErrorOf, Failure, LoginFailure } from '../failure.ts'
import type { Output } from '../output.ts'
import type { World } from '../world.ts'
import { type Account, AccountFiles } from './account-files.ts'
import { chooseBackend, consoleUrl } from './backend.ts'

/** A backend, who we are there, and how to talk to it. */
export interface Session {
  readonly backend: string
  readonly account: Account
  readonly api: Client
  /** The console of the backend; `''` when none is known. */
  readonly consoleUrl: string
  /** The organization of references that name none. */
  readonly defaultOrganization: () => Promise<string>
  /** The organizations that the caller belongs to, as the server says now. */
  readonly organizations: () => Promise<readonly string[]>
}

const freshMilliseconds = 3_600_000
const tokenVariable = 'PULUMI_ACCESS_TOKEN'

/**
 * The session of the chosen backend. A token from `PULUMI_ACCESS_TOKEN` is taken over a stored one that differs; a stored
 * token is checked again once an hour; without an account the login flow runs first.
 *
 * @throws Failure when there is no backend or no account and nobody to ask
 */
export async function openSession(world: World, out: Output): Promise<Session> {
  const files = new AccountFiles(world)
  const backend = await chooseBackend(world, files)
  if (backend === null) throw new LoginFailure(noBackend)
  const stored = (await files.credentials()).accounts?.[backend]
  const context = { world, out, files, backend, insecure: stored?.insecure ?? false }
  try {
    return await createSession(world, files, backend, await usableAccount(context, stored))
  } catch (error) {
    if (apiErrorOf(error)?.code !== 401) throw error
    throw new Failure(`invalid access token; log in again with \`esc login ${backend}\``, { cause: error })
  }
}

const noBackend =
  'no account is stored; log in first with `esc login <url>`, for example `esc login http://localhost:3720`'

/** A session for an account that is known to be good. */
export async function createSession(
  world: World,
  files: AccountFiles,
  backend: string,
  account: Account,
): Promise<Session> {
  const api = connect(connectionTo(world, backend, account))
  return {
    backend,
    account,
    api,
    consoleUrl: consoleUrl(backend, world.processEnv),
    defaultOrganization: once(async () => {
      const chosen = await files.defaultOrganization(backend)
      return chosen || (await api.defaultOrganization()) || (account.username ?? '')
    }),
    organizations: once(async () => organizationsOf(await api.user())),
  }
}

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | null = null
  return () => (result ??= work())
}

/** How to reach a backend with an account's token. */
export function connectionTo(
  world: World,
  backend: string,
  account: Pick<Account, 'accessToken' | 'insecure'>,
): ConnectOptions {
  const common = {
    userAgent: `esc-cli/1 (${world.version}; openesc)`,
    sleep: during(world, 'trying again', world.clock.sleep),
    ...(world.traceparent === undefined ? {} : { traceparent: world.traceparent }),
  }
  if (!URL.canParse(backend)) throw new Failure(`${JSON.stringify(backend)} is not a valid backend URL`)
  const plain = world.transport({ insecure: account.insecure ?? false })
  const transport: Transport = during(world, `waiting for ${new URL(backend).host}`, plain)
  return { ...common, baseUrl: backend, token: account.accessToken, transport }
}

/** The same work, with a word to the person at the terminal while it takes long. */
function during<A, R>(world: World, words: string, work: (input: A) => Promise<R>): (input: A) => Promise<R> {
  return async (input) => {
    const stop = world.terminal.waiting?.(words)
    try {
      return await work(input)
    } finally {
      stop?.()
    }
  }
}

/** What finding an account needs. */
export interface LoginContext {
  readonly world: World
  readonly out: Output
  readonly files: AccountFiles
  readonly backend: string
  readonly insecure: boolean
}

/** The account to use on a backend: stored and fresh, checked anew, or from a login. */
export async function usableAccount(context: LoginContext, stored: Account | undefined): Promise<Account> {
  const { world, out } = context
  const fromVariable = world.processEnv[tokenVariable]
  if (fromVariable && fromVariable !== stored?.accessToken) {
    out.note(`Logging in using access token from ${tokenVariable}`)
    const account = await check(context, fromVariable, {})
    await storeIfPossible(context, account)
    return account
  }
  if (stored !== undefined && stored.accessToken !== '') {
    if (isFresh(stored, world.clock.now())) return stored
    try {
      return await checkAndStore(context, stored.accessToken, stored)
    } catch (error) {
      if (!isApiError(apiErrorOf(error), 401) || !world.stdin.isTerminal) throw error
    }
  }
  return checkAndStore(context, (await askForToken(context)) || (await tokenFromBrowser(context)), {})
}

/** The token of a login that a person allows in a browser. @see loginInBrowser */
export async function tokenFromBrowser(context: LoginContext): Promise<string> {
  const { loginInBrowser } = await import('./device-login.ts')
  const { world, backend, insecure } = context
  return await loginInBrowser(context, connectionTo(world, backend, { accessToken: '', insecure }))
}

function isFresh(account: Account, now: number): boolean {
  const validated = Date.parse(account.lastValidatedAt ?? '')
  return (
    Number.isFinite(validated) && now - validated < freshMilliseconds && validated - now < freshMilliseconds
  )
}

/** What was typed; `''` = ENTER alone. */
async function askForToken({ world, backend }: LoginContext): Promise<string> {
  const page = consoleUrl(backend, world.processEnv)
  const where = page === '' ? '' : `, from ${page}/account/tokens`
  const answer = await world.terminal.askSecret(
    `Enter your access token${where}, or press ENTER to log in with a browser: `,
  )
  if (answer === null) {
    throw new LoginFailure(
      'could not determine current cloud: PULUMI_ACCESS_TOKEN must be set for login during non-interactive CLI sessions',
    )
  }
  return answer
}

/** Asks the server who a token belongs to, and stores the account. */
export async function checkAndStore(
  context: LoginContext,
  token: string,
  known: Partial<Account>,
): Promise<Account> {
  const account = await check(context, token, known)
  await store(context, account)
  return account
}

async function check(
  { world, backend, insecure }: LoginContext,
  token: string,
  known: Partial<Account>,
): Promise<Account> {
  const api = connect(connectionTo(world, backend, { accessToken: token, insecure }))
  const user = await userOf(api)
  return {
    ...known,
    accessToken: token,
    username: user.githubLogin,
    organizations: organizationsOf(user),
    lastValidatedAt: new Date(world.clock.now()).toISOString().replace(/\.\d+Z$/, 'Z'),
    ...(insecure ? { insecure } : {}),
    ...(user.tokenInfo ? { tokenInformation: { ...known.tokenInformation, ...user.tokenInfo } } : {}),
  }
}

async function store({ files, backend }: LoginContext, account: Account): Promise<void> {
  await files.update((credentials) => ({
    ...credentials,
    accessTokens: { ...credentials.accessTokens, [backend]: account.accessToken },
    accounts: { ...credentials.accounts, [backend]: account },
  }))
}

/** A token from a variable works without a disk to write to, as in many containers. */
async function storeIfPossible(context: LoginContext, account: Account): Promise<void> {
  try {
    await store(context, account)
  } catch (error) {
    context.out.note(`warning: the account could not be stored: ${(error as Error).message}`)
  }
}

async function userOf(api: Client): Promise<WireUser> {
  try {
    return await api.user()
  } catch (error) {
    if (!isApiError(error, 401)) throw error
    throw new Failure('invalid access token', { cause: error })
  }
}

function organizationsOf(user: WireUser): readonly string[] {
  return (user.organizations ?? []).map((organization) => organization.githubLogin)
}
