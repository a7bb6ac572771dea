import { join } from 'node:path'
import { type KeyRing, systemRandom } from '../crypto/index.ts'
import { AppError } from '../diag/index.ts'
import { type DataKey, openVault, type Page, type Store } from '../store/index.ts'
import { unsealSecrets } from '../syntax/index.ts'
import { unlock } from './key-file.ts'
import type { SettingsReader } from './options.ts'

/** What may be done to the keys of a store that no server has open. */
export type KeyTask = 'keys-rewrap' | 'keys-rotate' | 'keys-verify'

const pageSize = 200

/** `esc server keys …`: works on the store itself, while no server runs on it. Gives a line of what was done. */
export async function keepKeys(
  task: KeyTask,
  store: Store,
  settings: SettingsReader,
  data: string,
): Promise<string> {
  const oldKeyFiles = settings.list('oldKeyFiles')
  if (task === 'keys-rewrap' && oldKeyFiles.length === 0) {
    const wanted = 'the key file from before, with --old-key-file'
    throw new AppError('SETTING_INVALID', { name: 'oldKeyFiles', wanted, got: 'none' })
  }
  const keyFile = settings.text('keyFile') ?? join(data, 'key')
  const sources = { passphraseFile: settings.text('passphraseFile'), oldKeyFiles }
  const { keyRing, rewrapped } = await unlock(store, keyFile, systemRandom, sources)
  if (task === 'keys-rewrap') return `${rewrapped} data keys now belong to ${keyRing.keyId}`
  if (task === 'keys-rotate')
    return `${await retireDataKeys(store)} data keys retired; new values get new ones`
  const { good, bad } = await verifyStore(store, keyRing)
  if (bad.length === 0) return `${good} of ${good} open under ${keyRing.keyId}`
  throw new AppError('STORE_SEALS_BROKEN', { bad: bad.slice(0, 20), good, all: good + bad.length })
}

/** Retires every data key: what is sealed stays readable, what comes is sealed under new keys (S-06). */
export async function retireDataKeys(store: Store): Promise<number> {
  let retired = 0
  let after: string | null = null
  for (;;) {
    const from: string | null = after
    const page: Page<DataKey> = await store.read(({ dataKeys }) => dataKeys.list(from, pageSize))
    retired += await store.change(async ({ dataKeys }) => {
      let count = 0
      for (const key of page.items) {
        if (key.retiredMs === null && (await dataKeys.retire(key.id, Date.now()))) count += 1
      }
      return count
    })
    const last = page.items.at(-1)
    if (!page.more || last === undefined) return retired
    after = last.id
  }
}

/** Opens every data key and every sealed secret of every revision; names what does not open. */
export async function verifyStore(
  store: Store,
  keyRing: KeyRing,
): Promise<{ readonly good: number; readonly bad: readonly string[] }> {
  const vault = await openVault({ store, keyRing, nowMs: () => Date.now(), random: systemRandom })
  const report = { good: 0, bad: [] as string[] }
  const note = async (what: string, open: () => unknown) => {
    try {
      await open()
      report.good += 1
    } catch {
      report.bad.push(what)
    }
  }
  for (let after: string | null = null; ; ) {
    const from: string | null = after
    const page: Page<DataKey> = await store.read(({ dataKeys }) => dataKeys.list(from, pageSize))
    for (const { id, ownerId, wrapped, keyId } of page.items) {
      await note(`data key ${id}`, () => keyRing.unwrap(id, [ownerId], wrapped, keyId))
    }
    if (!page.more) break
    after = page.items.at(-1)!.id
  }
  const organizations = await store.read(
    async (transaction) => (await transaction.organizations.list(null, 10_000)).items,
  )
  for (const organization of organizations) {
    const environments = await store.read(
      async (transaction) => (await transaction.environments.list([organization.id], null, 100_000)).items,
    )
    for (const environment of environments) {
      const name = `${environment.project}/${environment.name}`
      for (let number = 1; number <= environment.latest; number += 1) {
        const revision = await store.read(({ revisions }) => revisions.get(environment.id, number))
        if (revision === null || revision.source.length === 0) continue
        await note(`${organization.name}/${name}@${number}`, async () => {
          const text = { revision: number, bonds: revision.bonds }
          const crypter = vault.crypterFor(environment, organization, text)
          const { diagnostics } = await unsealSecrets(name, revision.source, crypter)
          if (diagnostics.some(({ severity }) => severity === 'error'))
            throw new Error('a secret does not open')
        })
      }
    }
  }
  return report
}
