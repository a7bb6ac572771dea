import { type CheckedSource, checkSource } from '../../analysis/index.ts'
import type { EscApi } from '../../client/index.ts'
import type { EnvironmentLoader, ExecutionContext, Provider, ProviderSet } from '../../eval/index.ts'
import { type Login, readLogin } from '../../providers/aws-login/login.ts'
import { recordInput } from '../../providers/inputs.ts'
import type { ExportedRecord } from '../../value/index.ts'
import { Failure } from '../failure.ts'
import { callerFacts, localHost, storedLoader } from '../local-evaluation.ts'
import { atVersion, type Reference } from '../reference.ts'
import { loginBlockPaths } from './login-block-paths.ts'

/** One `fn::open::aws-login` that opening an environment runs: its own or an import's, its inputs evaluated; `''` is what only opening can tell. */
export interface EnvironmentLogin extends Login {
  /** The property path in the environment that holds the block, e.g. `aws.login`; `''` where it is not literal text. */
  readonly path: string
  /** The environment whose text holds the block: `currentEnvironment.name` of its subject. */
  readonly holder: string
  readonly line: number
}

/** The logins of an environment, and what was found wrong with its definition. */
export interface FoundLogins {
  readonly logins: readonly EnvironmentLogin[]
  readonly findings: readonly string[]
}

/**
 * Every login to AWS that opening this environment would run, imports included, in the order of evaluation. The definition
 * is checked, not opened: no provider is called, and what only another provider could tell is left empty.
 *
 * @throws Failure for a definition that is no YAML
 */
export async function environmentLogins(api: EscApi, reference: Reference): Promise<FoundLogins> {
  const { organization, project, name } = reference
  const [{ source }, { githubLogin }] = await Promise.all([
    api.readDefinition(reference, atVersion(reference)),
    api.user(),
  ])
  const texts = new Map([[`${project}/${name}`, source]])
  const stored = storedLoader(api, organization)
  const loader: EnvironmentLoader = {
    load: async (wanted) => {
      const loaded = await stored.load(wanted)
      texts.set(wanted, loaded.source)
      return loaded
    },
  }
  const host = await localHost(loader, callerFacts(githubLogin, organization))
  const seen = new Map<string, Seen>()
  const providers = recording(host.providers, seen)
  const { findings }: CheckedSource = await checkSource(`${project}/${name}`, source, { ...host, providers })
  const broken = findings.find((finding) => /yaml:/.test(finding))
  if (broken !== undefined && seen.size === 0) throw new Failure(`the definition cannot be read: ${broken}`)
  const paths = new Map([...texts].map(([holder, text]) => [holder, loginBlockPaths(text)]))
  return {
    logins: [...seen.values()].map(({ place, oidc }) => ({
      path: paths.get(place.environment)?.get(`${place.line}:${place.column}`) ?? '',
      holder: place.holder,
      line: place.line,
      ...readLogin(oidc),
    })),
    findings,
  }
}

interface Seen {
  readonly oidc: ExportedRecord
  readonly place: {
    /** The environment whose text the inputs stand in. */
    readonly environment: string
    /** The environment whose text the block stands in. */
    readonly holder: string
    readonly line: number
    readonly column: number
  }
}

// The evaluator starts again whenever an import arrives, so a block is met several times: its place tells it apart.
function recording(providers: ProviderSet, seen: Map<string, Seen>): ProviderSet {
  const note = (inputs: ExportedRecord, { currentEnvironment: holder }: ExecutionContext) => {
    const oidc = recordInput(inputs, 'oidc')
    if (oidc === null) return
    const { environment, begin } = inputs['oidc']!.trace.def
    const { line, column } = begin
    const key = `${holder}\n${environment}\n${line}:${column}`
    seen.set(key, { oidc, place: { environment, holder, line, column } })
  }
  return {
    ...providers,
    provider: async (name): Promise<Provider> => {
      const provider = await providers.provider(name)
      if (name !== 'aws-login') return provider
      return {
        ...provider,
        inspect: (inputs, context) => {
          note(inputs, context)
          return provider.inspect?.(inputs, context) ?? []
        },
      }
    },
  }
}

/** How messages and tables name a login: `aws.login`, with the environment that holds it where that is another one. */
export function loginName({ path, holder, line }: EnvironmentLogin, reference: Reference): string {
  const own = `${reference.project}/${reference.name}`
  if (path === '') return `${holder}:${line}`
  return holder === own ? path : `${path} of ${holder}`
}

/**
 * The logins that `--login` chose; all of them without it.
 *
 * @throws Failure naming those there are when none has this path
 */
export function chosenLogins(
  logins: readonly EnvironmentLogin[],
  wanted: string,
  reference: Reference,
): readonly EnvironmentLogin[] {
  if (wanted === '') return logins
  const chosen = logins.filter(
    (login) =>
      login.path === wanted ||
      loginName(login, reference) === wanted ||
      `${login.holder}:${login.line}` === wanted,
  )
  if (chosen.length > 0) return chosen
  const known = logins.map((login) => `\`${loginName(login, reference)}\``).join(', ')
  throw new Failure(
    `--login: no aws-login block at ${JSON.stringify(wanted)}; there ${known === '' ? 'are none' : `is ${known}`}`,
  )
}
