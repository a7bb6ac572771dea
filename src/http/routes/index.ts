import type { Route } from '../route.ts'
import { administrationRoutes } from './administration.ts'
import { auditRoutes } from './audit.ts'
import { changeRequestRoutes } from './change-requests.ts'
import { dataKeyRoutes } from './data-keys.ts'
import { draftRoutes } from './drafts.ts'
import { environmentRoutes } from './environments.ts'
import { exchangeRoutes } from './exchange.ts'
import { identityRoutes } from './identity.ts'
import { openRequestRoutes } from './open-requests.ts'
import { openingRoutes } from './opening.ts'
import { providerRoutes } from './providers.ts'
import { publicRoutes } from './public.ts'
import { referrerRoutes } from './referrers.ts'
import { revisionRoutes } from './revisions.ts'
import { roleRoutes } from './roles.ts'
import { rotationRoutes } from './rotation.ts'
import { signingKeyRoutes } from './signing-keys.ts'
import { tagRoutes } from './tags.ts'
import { teamRoutes } from './teams.ts'
import { webhookRoutes } from './webhooks.ts'

/** Every route of the wire contract. Where a literal and a parameter compete for a segment, the literal stands first. */
export const routes: readonly Route[] = [
  ...publicRoutes,
  ...identityRoutes,
  ...exchangeRoutes,
  ...administrationRoutes,
  ...teamRoutes,
  ...roleRoutes,
  ...auditRoutes,
  ...signingKeyRoutes,
  ...dataKeyRoutes,
  ...providerRoutes,
  ...tagRoutes,
  ...environmentRoutes,
  ...draftRoutes,
  ...changeRequestRoutes,
  ...openRequestRoutes,
  ...openingRoutes,
  ...referrerRoutes,
  ...revisionRoutes,
  ...rotationRoutes,
  ...webhookRoutes,
]
