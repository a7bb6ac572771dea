import type { Store } from '../../src/store/index.ts'

/**
 * What a unit of work may change without an entry in the trail: what nobody did (keys made when first needed, times of last
 * use, what expired, deliveries and firings under way) and marks of work that has an entry when it ends.
 */
const silent: readonly string[] = [
  'dataKeys.insert',
  'dataKeys.retire',
  'tokens.touch',
  'openSessions.deleteExpired',
  'rememberedAnswers.deleteExpired',
  // A login that somebody began and nobody allowed yet: the answer has its entry, and so has the token.
  ...['login', 'code', 'offer', 'poll'].map((step) => `rememberedAnswers.insert:device-${step}`),
  'rotationEvents.insert',
  'schedules.insertFiring',
  'schedules.update',
  'schedules.claim',
  'schedules.finish',
  'schedules.renew',
  'webhooks.noteTry',
  'webhooks.insertDelivery',
  'webhooks.pruneDeliveries',
  'settings.put:auditCheckpoint',
  'settings.put:readyProbe',
  'settings.put:dataKeyRotation',
  'settings.put:dataKeyRotationLease',
  'revisions.reseal',
  'changeRequests.resealDraft',
  'webhooks.update',
]

/** Settings are told apart by their names, remembered answers by what their keys begin with. */
function partOf(repository: string, given: readonly unknown[]): string {
  if (repository === 'settings') return `:${String(given[1])}`
  const [answer] = given as [{ readonly key?: string } | undefined]
  return repository === 'rememberedAnswers' && answer?.key ? `:${answer.key.split(':')[0]}` : ''
}

/** Everything else that a repository has changes it. */
const reads: ReadonlySet<string> = new Set([
  'active',
  'all',
  'approvals',
  'current',
  'deliveries',
  'delivery',
  'draft',
  'due',
  'dueDeliveries',
  'events',
  'find',
  'findDeleted',
  'firing',
  'forward',
  'get',
  'head',
  'history',
  'latest',
  'list',
  'listDeleted',
  'of',
  'ofEnvironment',
  'ofEnvironments',
  'ofPage',
  'ofOrganization',
  'ofOwner',
  'ofRevision',
  'ofUser',
  'referrers',
  'unclaimed',
  'valuesOf',
])

/**
 * A store that refuses a unit of work which changes something and writes no entry about it (S-26): the unit fails, and with it
 * whatever test caused it.
 */
export function guardedStore(store: Store): Store {
  return {
    protect: (macs) => store.protect(macs),
    read: (work) => store.read(work),
    close: () => store.close(),
    change: (work, ...options) =>
      store.change(
        async (transaction) => {
          const changed = new Set<string>()
          let entries = 0
          const watched = new Proxy(transaction, {
            get: (all, name) => {
              const repository = Reflect.get(all, name) as object
              return new Proxy(repository, {
                get(target, method) {
                  const found = Reflect.get(target, method)
                  if (typeof found !== 'function' || reads.has(String(method))) return found
                  return (...given: unknown[]) => {
                    const part = partOf(String(name), given)
                    const did = `${String(name)}.${String(method)}${part}`
                    if (did === 'auditEntries.append') entries += 1
                    else if (!silent.includes(did) && !/^settings\.put:(?:secret|subject):/.test(did))
                      changed.add(did)
                    return Reflect.apply(found, target, given)
                  }
                },
              })
            },
          })
          const result = await work(watched)
          if (changed.size > 0 && entries === 0)
            throw new Error(`S-26: ${[...changed].join(', ')} without an entry in the trail`)
          return result
        },
        ...options,
      ),
  }
}
