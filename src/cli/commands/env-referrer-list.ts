import type { EscApi, WireReferrer, WireReferrers } from '../../client/index.ts'
import { compareBytes } from '../../value/index.ts'
import { exactly } from '../argument-count.ts'
import { environmentCommand } from '../command.ts'
import { Failure } from '../failure.ts'
import { integer, toggle } from '../flags.ts'
import { outputFlag, wantsJson } from '../output-flag.ts'
import type { Reference } from '../reference.ts'

const flags = {
  count: integer('The most referrers to list, 1 to 500'),
  all: toggle('List all, page by page'),
  'all-revisions': toggle('Also those of older revisions'),
  'latest-stack-version-only': toggle('Of each stack only its latest version'),
  output: outputFlag,
}
const columns = [{ header: 'revision' }, { header: 'kind' }, { header: 'referrer' }]

/** `esc env referrer list`. */
export const command = environmentCommand({
  usage: '<environment>',
  summary: 'List what uses an environment: environments that import it, stacks, accounts',
  description: '[EXPERIMENTAL] The revision is the one of this environment that is referred to.',
  examples: [
    'esc env referrer list acme/shared/base',
    'esc env referrer list acme/shared/base --all --output json',
  ],
  arguments: exactly(1),
  flags,
  refusesVersions: 'list',
  async run({ api, reference, flags, given, out }) {
    const asJson = wantsJson(flags.output)
    if (flags.all && given.has('count')) throw new Failure('--all and --count are mutually exclusive')
    if (given.has('count') && (flags.count < 1 || flags.count > 500)) {
      throw new Failure('--count must be in the range [1, 500]')
    }
    const options = {
      allRevisions: flags['all-revisions'],
      latestStackVersionOnly: flags['latest-stack-version-only'],
      ...(given.has('count') ? { count: flags.count } : {}),
    }
    const referrers = await list(api, reference, options, flags.all)
    if (asJson) out.json({ referrers })
    else out.table(columns, rowsOf(referrers))
  },
})

async function list(
  api: EscApi,
  reference: Reference,
  options: Parameters<EscApi['listReferrers']>[1],
  all: boolean,
): Promise<WireReferrers['referrers']> {
  const found: Record<string, WireReferrer[]> = Object.create(null)
  let continuationToken = ''
  do {
    const page = await api.listReferrers(reference, {
      ...options,
      ...(continuationToken === '' ? {} : { continuationToken }),
    })
    for (const [version, entries] of Object.entries(page.referrers)) {
      found[version] = [...(found[version] ?? []), ...entries]
    }
    continuationToken = page.continuationToken ?? ''
  } while (all && continuationToken !== '')
  return found
}

function rowsOf(referrers: WireReferrers['referrers']): readonly (readonly string[])[] {
  return Object.entries(referrers)
    .sort(([a], [b]) => compareVersions(a, b))
    .flatMap(([version, entries]) =>
      entries
        .map(describe)
        .sort((a, b) => compareBytes(a.kind, b.kind) || compareBytes(a.name, b.name))
        .map(({ kind, name }) => [version, kind, name]),
    )
}

/** `latest` first, then numbers ascending, then the other tags. */
function compareVersions(a: string, b: string): number {
  const rank = (version: string) => (version === 'latest' ? 0 : /^\d+$/.test(version) ? 1 : 2)
  return rank(a) - rank(b) || (rank(a) === 1 ? Number(a) - Number(b) : compareBytes(a, b))
}

function describe({ environment, stack, insightsAccount }: WireReferrer): { kind: string; name: string } {
  if (environment)
    return { kind: 'environment', name: `${environment.project}/${environment.name}@${environment.revision}` }
  if (stack) return { kind: 'stack', name: `${stack.project}/${stack.stack}@${stack.version}` }
  return { kind: 'insights', name: insightsAccount?.accountName ?? '' }
}
