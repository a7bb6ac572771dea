import { statfsSync } from 'node:fs'
import { url as inspectorUrl } from 'node:inspector'
import type { DatabaseRole } from '../store/index.ts'
import type { KeySources } from './key-file.ts'
import type { ServerFacts } from './production.ts'

/** The settings that decide whether a server is safe for production. */
export interface CheckedSettings
  extends Pick<
    ServerFacts,
    'host' | 'issuerBaseUrl' | 'trustedProxies' | 'data' | 'stsEndpoint' | 'database' | 'rateLimit'
  > {
  readonly keyFile: string
  readonly keySources: KeySources
}

/** What production mode judges: the settings, and this process and host as they are. */
export function serverFacts(
  settings: CheckedSettings,
  { clockAheadMs = 0, databaseRole }: { clockAheadMs?: number; databaseRole?: DatabaseRole | undefined } = {},
): ServerFacts {
  const { keySources, keyFile } = settings
  const options = (process.env['NODE_OPTIONS'] ?? '').split(/\s+/).filter((flag) => flag !== '')
  return {
    ...settings,
    keyFile: keySources.kmsKey === undefined ? keyFile : undefined,
    kmsEndpoint: keySources.kmsEndpoint,
    nodeFlags: [...process.execArgv, ...options],
    inspectorUrl: inspectorUrl(),
    uid: process.getuid?.(),
    fileSystem: fileSystemOf(settings.data),
    clockAheadMs,
    databaseRole,
  }
}

function fileSystemOf(path: string): number | undefined {
  try {
    return statfsSync(path).type
  } catch {
    return undefined
  }
}
