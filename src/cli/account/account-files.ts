import { decodeUtf8, encodeUtf8 } from '../../value/index.ts'
import { Failure } from '../failure.ts'
import type { World } from '../world.ts'
import { withLock } from './lock.ts'

/** A stored account. Members that another program wrote are kept as they are. */
export interface Account {
  readonly accessToken: string
  readonly username?: string
  readonly organizations?: readonly string[]
  /** RFC 3339. */
  readonly lastValidatedAt?: string
  readonly insecure?: boolean
  readonly tokenInformation?: TokenInformation
}

/** What a machine token is called and belongs to. */
export interface TokenInformation {
  readonly name?: string
  readonly organization?: string
  readonly team?: string
  readonly expiresAt?: string
}

/** The shared file of accounts, by backend URL. */
export interface Credentials {
  readonly current?: string
  readonly accessTokens?: Readonly<Record<string, string>>
  readonly accounts?: Readonly<Record<string, Account>>
}

/** The account files of a world, all read afresh on every call. */
export class AccountFiles {
  readonly #world: World
  readonly #shared: string
  readonly #own: string

  constructor(world: World) {
    const { processEnv, homeDirectory } = world
    const home = processEnv['PULUMI_HOME'] || `${homeDirectory}/.pulumi`
    this.#world = world
    this.#shared = processEnv['PULUMI_CREDENTIALS_PATH'] || home
    this.#own = `${home}/.esc`
  }

  /** The shared accounts; empty when there is no file. */
  async credentials(): Promise<Credentials> {
    return this.#read<Credentials>(this.#credentialsPath, true)
  }

  /** The shared accounts; a broken file counts as empty. */
  async readableCredentials(): Promise<Credentials> {
    return orElse({}, () => this.credentials())
  }

  /** Changes the shared accounts, alone among our processes. The file goes when the last token goes. */
  async update(change: (credentials: Credentials) => Credentials): Promise<void> {
    const path = this.#credentialsPath
    await this.#world.files.makeDirectory(this.#shared, 0o700)
    await withLock(this.#world, path, async () => {
      const next = change(await orElse({}, () => this.#read<Credentials>(path, true)))
      if (
        Object.keys(next.accounts ?? {}).length === 0 &&
        Object.keys(next.accessTokens ?? {}).length === 0
      ) {
        await this.#world.files.remove(path)
      } else await this.#write(path, next)
    })
  }

  /** The backend that `esc login` chose; `''` = follow the shared file's `current`. */
  async ownBackend(): Promise<string> {
    const { name } = await this.#read<{ name?: unknown }>(this.#ownPath, false)
    return typeof name === 'string' ? name : ''
  }

  /** The same; a broken file counts as empty. */
  async ownBackendLeniently(): Promise<string> {
    return orElse('', () => this.ownBackend())
  }

  /** Remembers the backend that `esc login` chose. Replaces a broken file. */
  async setOwnBackend(url: string): Promise<void> {
    await this.#world.files.makeDirectory(this.#own, 0o700)
    await this.#write(this.#ownPath, { name: url })
  }

  /** The organization that is the default on a backend; `''` when none was chosen. */
  async defaultOrganization(url: string): Promise<string> {
    const { backends } = await this.#read<Config>(this.#configPath, false)
    return backends?.[url]?.defaultOrg ?? ''
  }

  async setDefaultOrganization(url: string, organization: string): Promise<void> {
    await this.#world.files.makeDirectory(this.#shared, 0o700)
    await withLock(this.#world, this.#configPath, async () => {
      const config = await this.#read<Config>(this.#configPath, false)
      const backend = { ...config.backends?.[url], defaultOrg: organization }
      await this.#write(this.#configPath, { ...config, backends: { ...config.backends, [url]: backend } })
    })
  }

  get #credentialsPath(): string {
    return `${this.#shared}/credentials.json`
  }
  get #configPath(): string {
    return `${this.#shared}/config.json`
  }
  get #ownPath(): string {
    return `${this.#own}/credentials.json`
  }

  async #read<T extends object>(path: string, secret: boolean): Promise<T> {
    const content = await this.#world.files.read(path)
    if (content === null) return {} as T
    if (secret) await this.#refuseOpen(path)
    try {
      const value: unknown = JSON.parse(decodeUtf8(content))
      if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as T
      throw new Error('expected a JSON object')
    } catch (error) {
      // The parser's own words quote the text, which may hold a token.
      const where = error instanceof SyntaxError ? 'it is not valid JSON' : (error as Error).message
      throw new CorruptFile(`please re-run \`esc login\` to reset your credentials file. (${path}: ${where})`)
    }
  }

  async #refuseOpen(path: string): Promise<void> {
    const { files } = this.#world
    const mode = (await files.status(path))?.mode ?? null
    if (mode === null) return
    await this.#refuseOpenFolder()
    if ((mode & 0o077) === 0) return
    const shown = (mode & 0o777).toString(8)
    throw new Failure(
      `credentials_too_open: ${path} has mode ${shown}, so that others can use your access tokens; run: chmod 600 ${path}`,
    )
  }

  /** Whoever may write to the folder can put an account of their own in our place, whose server then gets our secrets. */
  async #refuseOpenFolder(): Promise<void> {
    const mode = (await this.#world.files.status(this.#shared))?.mode ?? 0
    const isOpen = (mode & 0o002) !== 0 && (mode & 0o1000) === 0
    if (!isOpen) return
    throw new Failure(
      `credentials_too_open: ${this.#shared} has mode ${(mode & 0o777).toString(8)}, so that others can replace your account; run: chmod 700 ${this.#shared}`,
    )
  }

  async #write(path: string, value: object): Promise<void> {
    await this.#world.files.write(path, encodeUtf8(`${JSON.stringify(value, null, 4)}\n`), 0o600)
  }
}

interface Config {
  readonly backends?: Readonly<Record<string, { readonly defaultOrg?: string }>>
}

async function orElse<T>(fallback: T, read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof CorruptFile) return fallback
    throw error
  }
}

/** A credentials file that cannot be read; logging in again replaces it. */
export class CorruptFile extends Failure {}
