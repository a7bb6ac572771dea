import type { EnvironmentName, EscApi } from '../client/index.ts'
import { rangeless } from '../diag/index.ts'
import type {
  Crypter,
  EnvironmentLoader,
  EvaluationHost,
  Provider,
  ProviderSet,
  Rotator,
} from '../eval/index.ts'
import type { ProviderPowers } from '../providers/index.ts'
import { type ExportedRecord, type ExportedValue, encodeUtf8, quote, recordOf } from '../value/index.ts'
import type { World } from './world.ts'

/** What a definition is evaluated with on this machine: no provider is ever called, no sealed secret opened. */
export async function localHost(
  loader: EnvironmentLoader,
  context: ExportedRecord = callerFacts(null, null),
): Promise<EvaluationHost> {
  return { loader, context, crypter: keepsSealed, providers: await providerSchemas() }
}

/** Stands in where secrets stay sealed. */
export const keepsSealed: Crypter = {
  encrypt: async (plaintext) => plaintext,
  decrypt: async () => encodeUtf8('[sealed]'),
}

/** The providers that a server has, without their powers: their schemas hold, opening is refused. */
export async function providerSchemas(): Promise<ProviderSet> {
  const { providerCatalogue, rotatorCatalogue } = await import('../providers/index.ts')
  const refuse = async (): Promise<never> => {
    throw new Error('providers are not called here')
  }
  const powers: ProviderPowers = {
    logins: { mint: refuse },
    identities: { mint: refuse, preview: refuse, previewLogin: refuse },
    sts: { assumeRoleWithWebIdentity: refuse, explain: refuse },
    calls: { post: refuse },
    random: () => {
      throw new Error('rotators are not run here')
    },
  }
  return {
    provider: async (name): Promise<Provider> => {
      const entry = Object.hasOwn(providerCatalogue, name) ? providerCatalogue[name] : undefined
      if (entry === undefined) throw new Error(`unknown provider ${quote(name)}`)
      return entry.make(powers)
    },
    rotator: async (name): Promise<Rotator> => {
      const entry = Object.hasOwn(rotatorCatalogue, name) ? rotatorCatalogue[name] : undefined
      if (entry === undefined) throw new Error(`unknown rotator ${quote(name)}`)
      return entry.make(powers)
    },
  }
}

/**
 * Finds imports among files: `web/base` from `acme/dev.yaml` is `web/base.yaml` beside that file or one folder up, where the
 * folders are projects. Versions do not count: the files are the only ones there are.
 */
export function fileLoader(world: World, file: string): EnvironmentLoader {
  const folder = file.includes('/') ? file.slice(0, file.lastIndexOf('/') + 1) : ''
  return {
    load: async (name) => {
      const bare = name.replace(/@.*$/, '')
      if (bare.split('/').includes('..')) throw new Error('not found')
      const places = [`${folder}${bare}`, `${folder}../${bare}`].flatMap((path) => [
        `${path}.yaml`,
        `${path}.yml`,
      ])
      for (const place of places) {
        const source = await world.files.read(place)
        if (source !== null) return { source, crypter: keepsSealed }
      }
      throw new Error(
        `not found; looked for ${places.filter((path) => path.endsWith('.yaml')).join(' and ')}`,
      )
    },
  }
}

/** Finds imports on the server, in one organization. */
export function storedLoader(api: EscApi, organization: string): EnvironmentLoader {
  return {
    load: async (name) => {
      const [path = '', version] = name.split('@')
      const [project, environment] = path.includes('/') ? path.split('/') : ['default', path]
      const wanted: EnvironmentName = { organization, project: project ?? '', name: environment ?? '' }
      const { source } = await api.readDefinition(wanted, version === undefined ? {} : { version })
      return { source, crypter: keepsSealed }
    },
  }
}

/** What is known here of the facts that a server tells environments about the caller; `null` = only the server knows. */
export function callerFacts(login: string | null, organization: string | null): ExportedRecord {
  const trace = { def: rangeless('') }
  const fact = (value: string | null): ExportedValue =>
    value === null ? { unknown: true, trace } : { value, trace }
  const named = (name: string | null): ExportedValue => ({
    value: recordOf([
      ['id', fact(null)],
      ['login', fact(name)],
    ]),
    trace,
  })
  const facts = recordOf([
    ['organization', named(organization)],
    ['user', named(login)],
  ])
  return recordOf([['pulumi', { value: facts, trace }]])
}

/** Whether an argument names a file rather than an environment on a server. */
export function isFileArgument(text: string): boolean {
  return /\.ya?ml$/.test(text) || /^\.{0,2}\//.test(text)
}
