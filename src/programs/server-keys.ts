import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { createAccessTokenCodec, type KeyRing, systemRandom } from '../crypto/index.ts'
import { AppError } from '../diag/index.ts'
import { beginRotation, rotationIn, type ServiceParts, stepRotation, verifySeals } from '../service/index.ts'
import { openVault, type Store } from '../store/index.ts'
import { type KeySources, unlock } from './key-file.ts'
import type { SettingsReader } from './options.ts'

/** What may be done to the keys of a store that no server has open. */
export type KeyTask = 'keys-rewrap' | 'keys-rotate' | 'keys-verify'

/** The settings that say where keys come from. */
export function keySources(settings: SettingsReader): KeySources {
  return {
    passphraseFile: settings.text('passphraseFile'),
    oldKeyFiles: settings.list('oldKeyFiles'),
    kmsKey: settings.text('kmsKey'),
    kmsEndpoint: settings.text('kmsEndpoint'),
    oldKmsKeys: settings.list('oldKmsKeys'),
  }
}

/** `esc server keys …`: works on the store itself, while no server runs on it. Gives a line of what was done. */
export async function keepKeys(
  task: KeyTask,
  store: Store,
  settings: SettingsReader,
  data: string,
  report: (line: string) => void,
): Promise<string> {
  const sources = keySources(settings)
  const old = [...(sources.oldKeyFiles ?? []), ...(sources.oldKmsKeys ?? [])]
  if (task === 'keys-rewrap' && old.length === 0) {
    const wanted = 'the key from before, with --old-key-file or --old-kms-key'
    throw new AppError('SETTING_INVALID', { name: 'oldKeyFiles', wanted, got: 'none' })
  }
  const keyFile = settings.text('keyFile') ?? join(data, 'key')
  const { keyRing, rewrap } = await unlock(store, keyFile, systemRandom, sources)
  if (task === 'keys-rewrap') {
    const done = await rewrap((count) =>
      report(
        `${count} data keys rewrapped; if this is stopped, both keys still work and the next run goes on`,
      ),
    )
    return `${done} data keys now belong to ${keyRing.keyId}; when \`esc server keys verify\` is content, the old key may go`
  }
  const parts = await maintenanceParts(store, keyRing)
  if (task === 'keys-rotate') return await rotate(parts, report)
  const { good, bad, underOldKeys, underRetiredKeys } = await verifySeals(parts)
  if (bad.length > 0)
    throw new AppError('STORE_SEALS_BROKEN', { bad: bad.slice(0, 20), good, all: good + bad.length })
  const rest = [
    ...(underOldKeys > 0
      ? [`${underOldKeys} data keys still need another key: run \`esc server keys rewrap\``]
      : []),
    ...(underRetiredKeys > 0
      ? [`${underRetiredKeys} values lie under retired data keys: run \`esc server keys rotate\``]
      : []),
  ]
  return [`${good} of ${good} open under ${keyRing.keyId}`, ...rest].join('; ')
}

async function rotate(parts: ServiceParts, report: (line: string) => void): Promise<string> {
  let rotation = await beginRotation(parts, null)
  const holder = `maintenance-${process.pid}`
  while (await stepRotation(parts, holder)) {
    rotation = (await parts.store.read(rotationIn)) ?? rotation
    report(
      `${rotation.done} of ${rotation.environments} environments done; if this is stopped, the next run goes on`,
    )
  }
  const { environments, values, failed } = (await parts.store.read(rotationIn)) ?? rotation
  if (failed.length > 0)
    throw new AppError('STORE_SEALS_BROKEN', { bad: failed, good: values, all: values + failed.length })
  return `${values} values of ${environments} environments are sealed under new data keys`
}

/** As much of a service as looking after keys takes. */
export async function maintenanceParts(store: Store, keyRing: KeyRing): Promise<ServiceParts> {
  const vault = await openVault({ store, keyRing, nowMs: () => Date.now(), random: systemRandom })
  return {
    store,
    keyRing,
    crypterFor: vault.crypterFor,
    sealer: vault,
    providers: () => {
      throw new Error('nothing is opened here')
    },
    tokens: createAccessTokenCodec(await vault.secret('token-pepper'), systemRandom),
    clock: () => new Date(),
    ids: () => randomUUID(),
  }
}
