import type { AccessTokenRow, DataKeyRow, EnvironmentRow, OpenSessionRow, RevisionRow } from './tables.ts'

/** An environment's row with the name of its organization. */
export type NamedEnvironmentRow = EnvironmentRow & { readonly organization: string }

/** The reads of nearly every request, prepared once by the engine instead of built each time. */
export interface HotReads {
  token(id: string): Promise<AccessTokenRow | undefined>
  environment(organizationId: string, project: string, name: string): Promise<NamedEnvironmentRow | undefined>
  latestRevision(environmentId: string): Promise<RevisionRow | undefined>
  openSession(id: string): Promise<OpenSessionRow | undefined>
  dataKey(id: string): Promise<DataKeyRow | undefined>
  currentDataKey(ownerId: string): Promise<DataKeyRow | undefined>
}

/** Their texts, in SQL that every engine reads; parameters are numbered `$1`…. */
export const hotStatements = {
  token: 'select * from access_tokens where id = $1',
  environment:
    'select e.*, o.name as organization from environments e join organizations o on o.id = e.organization_id ' +
    'where e.organization_id = $1 and e.project = $2 and e.name = $3 and e.deleted_ms is null',
  latestRevision:
    'select r.* from environments e join revisions r on r.environment_id = e.id and r.number = e.latest ' +
    'where e.id = $1',
  openSession: 'select * from open_sessions where id = $1',
  dataKey: 'select * from data_keys where id = $1',
  currentDataKey:
    'select * from data_keys where owner_id = $1 and retired_ms is null ' +
    'order by created_ms desc, id desc limit 1',
} as const
