import type { World } from '../world.ts'
import { type AccountFiles, CorruptFile } from './account-files.ts'

/** A backend URL without trailing slashes. */
export function normalizeUrl(url: string): string {
  return url.replace(/(?<!\/)\/+$/, '')
}

/**
 * The backend that commands talk to, or null when nothing says which: `PULUMI_BACKEND_URL`, `PULUMI_API`, the choice of
 * `esc login`, the shared file's `current`, the world's last resort.
 */
export async function chooseBackend(world: World, files: AccountFiles): Promise<string | null> {
  const { processEnv } = world
  const named = processEnv['PULUMI_BACKEND_URL'] || processEnv['PULUMI_API']
  if (named) return normalizeUrl(named)
  const own = await files.ownBackend()
  if (own !== '') return normalizeUrl(own)
  const { current } = await files.credentials()
  if (current) return normalizeUrl(current)
  return world.defaultBackend
}

/** The same, but a broken file counts as absent: `esc login` is what repairs it. */
export async function chooseBackendLeniently(world: World, files: AccountFiles): Promise<string | null> {
  try {
    return await chooseBackend(world, files)
  } catch (error) {
    if (error instanceof CorruptFile) return world.defaultBackend
    throw error
  }
}

/** The console that belongs to a backend, without trailing slash; `''` when none is known (contract §2). */
export function consoleUrl(backend: string, processEnv: World['processEnv']): string {
  const domain = processEnv['PULUMI_CONSOLE_DOMAIN']
  if (domain) return `https://${domain.replace(/^https?:\/\//, '').replace(/(?<!\/)\/+$/, '')}`
  if (!URL.canParse(backend)) return ''
  const url = new URL(backend)
  if (url.host.startsWith('api.')) return `${url.protocol}//app.${url.host.slice('api.'.length)}`
  if (url.host === 'localhost:8080') return 'http://localhost:3000'
  return ''
}

/** How a backend is called in messages: `pulumi.com` for the public cloud, else its URL. */
export function backendName(backend: string): string {
  return backend === 'https://api.pulumi.com' ? 'pulumi.com' : backend
}
