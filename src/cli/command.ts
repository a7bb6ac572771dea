import type { Client } from '../client/index.ts'
import type { Session } from './account/session.ts'
import type { ArgumentCount } from './argument-count.ts'
import { UsageFailure } from './failure.ts'
import type { FlagTable, FlagValues, ParsedFlags } from './flags.ts'
import { createOutput, type Output } from './output.ts'
import { parseReference, type Reference } from './reference.ts'
import type { World } from './world.ts'

/** What every command declares: enough for parsing and for help that teaches. */
export interface Declaration<F extends FlagTable> {
  /** The words after `esc env x`, e.g. `<environment>[@<version>] [<path>]`; `''` for none. */
  readonly usage: string
  readonly summary: string
  /** More about it, paragraphs apart; `''` for none. */
  readonly description?: string
  readonly examples: readonly string[]
  readonly arguments: ArgumentCount
  readonly flags: F
}

/** A command as the dispatcher sees it. */
export interface Command extends Declaration<FlagTable> {
  /** Whether the first positional is an environment reference, which `--env` may give instead. */
  readonly takesReference: boolean
  readonly execute: (input: Invocation) => Promise<void>
}

/** One command line, parsed. */
export interface Invocation {
  readonly world: World
  readonly parsed: ParsedFlags
  /** The value of `--env`, or null. */
  readonly reference: string | null
}

/** What a command is called with. */
export interface Call<F extends FlagTable> {
  readonly world: World
  readonly out: Output
  readonly flags: FlagValues<F>
  /** The long names of the flags that were given. */
  readonly given: ReadonlySet<string>
  /** The positionals, without the environment reference. */
  readonly args: readonly string[]
  /** How many of `args` stand before `--`; null when there is no `--`. */
  readonly beforeDashes: number | null
}

/** What a command is called with that talks to a server. */
export interface AccountCall<F extends FlagTable> extends Call<F> {
  readonly session: Session
  readonly api: Client
}

/** What a command is called with that works on one environment. */
export interface EnvironmentCall<F extends FlagTable> extends AccountCall<F> {
  readonly reference: Reference
  /** The reference as it was typed. */
  readonly typed: string
}

/** A command that needs no account. */
export function command<F extends FlagTable>(
  spec: Declaration<F> & { readonly run: (call: Call<F>) => Promise<void> },
): Command {
  return { ...spec, takesReference: false, execute: (input) => spec.run(callOf(input)) }
}

/** A command that needs an account, logging in first when there is none. */
export function accountCommand<F extends FlagTable>(
  spec: Declaration<F> & { readonly run: (call: AccountCall<F>) => Promise<void> },
): Command {
  return { ...spec, takesReference: false, execute: async (input) => spec.run(await accountCallOf<F>(input)) }
}

/** A command that logs in only when what it was given makes that necessary. */
export function offlineCommand<F extends FlagTable>(
  spec: Declaration<F> & {
    readonly run: (call: Call<F>, account: () => Promise<AccountCall<F>>) => Promise<void>
  },
): Command {
  return {
    ...spec,
    takesReference: false,
    execute: (input) => spec.run(callOf<F>(input), () => accountCallOf<F>(input)),
  }
}

interface ReferenceRules {
  /** The word for a refusal of versions (`the <word> command does not accept versions`); absent = accepted. */
  readonly refusesVersions?: string
  /** Other words for that refusal. */
  readonly versionRefusal?: string
  /** `create` resolves a name that need not exist; `clone` ignores that two environments fit. */
  readonly resolve?: 'existing' | 'create' | 'clone'
  /** Whether the reference must name a project. */
  readonly hasProject?: boolean
  /** The words when no reference was given. */
  readonly missing?: string
  /** Whether a first argument after `--` is no reference. */
  readonly beforeDashesOnly?: boolean
  /** Checks of the command's own before the account is looked at. */
  readonly precheck?: (input: Invocation) => void
}

/** A command on one environment: its reference is resolved before `run`. */
export function environmentCommand<F extends FlagTable>(
  spec: Declaration<F> & ReferenceRules & { readonly run: (call: EnvironmentCall<F>) => Promise<void> },
): Command {
  return {
    ...spec,
    takesReference: true,
    execute: async (input) => {
      spec.precheck?.(input)
      const call = await accountCallOf<F>(input)
      const { given, args, beforeDashes } = takeReference(
        call,
        input.reference,
        spec.beforeDashesOnly ?? false,
      )
      if (given === undefined) throw new UsageFailure(spec.missing ?? 'no environment name specified')
      if (spec.hasProject && parseReference(given).parts.length < 2) {
        throw new UsageFailure(
          "referring to an environment name ('env' or 'org/env') without a project is not supported",
        )
      }
      const { resolveReference } = await import('./resolve-reference.ts')
      const reference = await resolveReference(given, call, spec.resolve ?? 'existing')
      if (spec.refusesVersions !== undefined && reference.version !== '') {
        throw new UsageFailure(
          spec.versionRefusal ?? `the ${spec.refusesVersions} command does not accept versions`,
        )
      }
      await spec.run({ ...call, args, beforeDashes, reference, typed: given })
    },
  }
}

function takeReference(
  call: Call<FlagTable>,
  flag: string | null,
  beforeDashesOnly: boolean,
): { given: string | undefined; args: readonly string[]; beforeDashes: number | null } {
  if (flag !== null) return { given: flag, args: call.args, beforeDashes: call.beforeDashes }
  if (beforeDashesOnly && call.beforeDashes === 0)
    return { given: undefined, args: call.args, beforeDashes: 0 }
  const beforeDashes = call.beforeDashes === null ? null : Math.max(0, call.beforeDashes - 1)
  return { given: call.args[0] || undefined, args: call.args.slice(1), beforeDashes }
}

function callOf<F extends FlagTable>({ world, parsed }: Invocation): Call<F> {
  return {
    world,
    out: createOutput(world),
    flags: parsed.values as FlagValues<F>,
    given: parsed.given,
    args: parsed.positionals,
    beforeDashes: parsed.beforeDashes,
  }
}

async function accountCallOf<F extends FlagTable>(input: Invocation): Promise<AccountCall<F>> {
  const call = callOf<F>(input)
  const { openSession } = await import('./account/session.ts')
  const session = await openSession(input.world, call.out)
  return { ...call, session, api: session.api }
}
