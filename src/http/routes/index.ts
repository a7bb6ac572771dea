import type { Route } from '../route.ts'
import { environmentRoutes } from './environments.ts'
import { identityRoutes } from './identity.ts'
import { openingRoutes } from './opening.ts'
import { providerRoutes } from './providers.ts'
import { publicRoutes } from './public.ts'
import { revisionRoutes } from './revisions.ts'
import { tagRoutes } from './tags.ts'

/** Every route of the wire contract. Where a literal and a parameter compete for a segment, the literal stands first. */
export const routes: readonly Route[] = [
  ...publicRoutes,
  ...identityRoutes,
  ...providerRoutes,
  ...tagRoutes,
  ...environmentRoutes,
  ...openingRoutes,
  ...revisionRoutes,
]
