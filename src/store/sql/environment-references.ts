import type { Kysely } from 'kysely'
import type { EnvironmentReferences } from '../workflow.ts'
import type { EnvironmentReference } from '../workflow-records.ts'
import { pageOf } from './page.ts'
import type { Tables } from './tables.ts'
import type { EnvironmentReferenceRow } from './workflow-tables.ts'

/** Which environment names which, over SQL. */
export function environmentReferences(db: Kysely<Tables>): EnvironmentReferences {
  return {
    async of(environmentId, revision) {
      const rows = await db
        .selectFrom('environment_references')
        .selectAll()
        .where('environment_id', '=', environmentId)
        .where('revision', '=', revision)
        .orderBy('project')
        .orderBy('name')
        .orderBy('version')
        .execute()
      return rows.map(referenceFrom)
    },
    async referrers(organizationId, target, allRevisions, after, limit) {
      let query = db
        .selectFrom('environment_references as r')
        .innerJoin('environments as e', 'e.id', 'r.environment_id')
        .selectAll('r')
        .where('r.project', '=', target.project)
        .where('r.name', '=', target.name)
        .where('e.organization_id', '=', organizationId)
        .where('e.deleted_ms', 'is', null)
        .orderBy('r.environment_id')
        .orderBy('r.revision')
        .orderBy('r.version')
        .limit(limit + 1)
      if (!allRevisions) query = query.whereRef('r.revision', '=', 'e.latest')
      if (after !== null) {
        query = query.where(({ eb, refTuple, tuple }) =>
          eb(
            refTuple('r.environment_id', 'r.revision', 'r.version'),
            '>',
            tuple(after.environmentId, after.revision, after.version),
          ),
        )
      }
      return pageOf(await query.execute(), limit, referenceFrom)
    },
    async insert(references) {
      for (const reference of references) {
        const insert = db.insertInto('environment_references').values({
          environment_id: reference.environmentId,
          revision: reference.revision,
          project: reference.project,
          name: reference.name,
          version: reference.version,
        })
        // A text may name the same environment more than once.
        await insert.onConflict((on) => on.doNothing()).execute()
      }
    },
  }
}

function referenceFrom(row: EnvironmentReferenceRow): EnvironmentReference {
  return {
    environmentId: row.environment_id,
    revision: row.revision,
    project: row.project,
    name: row.name,
    version: row.version,
  }
}
