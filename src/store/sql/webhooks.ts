import type { Kysely } from 'kysely'
import type { Webhooks } from '../workflow.ts'
import type { Delivery, DeliveryOutcome, Webhook } from '../workflow-records.ts'
import { nameKey } from './name-key.ts'
import { changed, pageOf } from './page.ts'
import type { Tables } from './tables.ts'
import type { DeliveryRow, WebhookRow } from './workflow-tables.ts'

/** Webhooks and their deliveries, over SQL. */
export function webhooks(db: Kysely<Tables>): Webhooks {
  const rows = () => db.selectFrom('webhooks').selectAll()
  return {
    async get(id) {
      const row = await rows().where('id', '=', id).executeTakeFirst()
      return row ? webhookFrom(row) : null
    },
    async find(organizationId, environmentId, name) {
      const row = await rows()
        .where('parent_id', '=', environmentId ?? organizationId)
        .where('organization_id', '=', organizationId)
        .where('name_key', '=', nameKey(name))
        .executeTakeFirst()
      return row?.name === name ? webhookFrom(row) : null
    },
    async of(organizationId, environmentId) {
      const found = await rows()
        .where('parent_id', '=', environmentId ?? organizationId)
        .where('organization_id', '=', organizationId)
        .orderBy('name')
        .execute()
      return found.map(webhookFrom)
    },
    async insert(webhook) {
      const insert = db.insertInto('webhooks').values(rowFrom(webhook))
      return changed(await insert.onConflict((on) => on.doNothing()).executeTakeFirstOrThrow())
    },
    async update(webhook) {
      const row = rowFrom(webhook)
      const update = db
        .updateTable('webhooks')
        .set(row)
        .where('id', '=', row.id)
        .where(({ not, exists, selectFrom }) =>
          not(
            exists(
              selectFrom('webhooks as other')
                .select('other.id')
                .where('other.parent_id', '=', row.parent_id)
                .where('other.name_key', '=', row.name_key)
                .where('other.id', '<>', row.id),
            ),
          ),
        )
      return changed(await update.executeTakeFirstOrThrow())
    },
    async delete(id) {
      return changed(await db.deleteFrom('webhooks').where('id', '=', id).executeTakeFirstOrThrow())
    },
    ...deliveries(db),
  }
}

type Deliveries = Pick<
  Webhooks,
  'delivery' | 'deliveries' | 'dueDeliveries' | 'insertDelivery' | 'noteTry' | 'pruneDeliveries'
>

function deliveries(db: Kysely<Tables>): Deliveries {
  const rows = () => db.selectFrom('deliveries').selectAll()
  return {
    async delivery(id) {
      const row = await rows().where('id', '=', id).executeTakeFirst()
      return row ? deliveryFrom(row) : null
    },
    async deliveries(webhookId, before, limit) {
      const all = rows().where('webhook_id', '=', webhookId)
      const rest =
        before === null
          ? all
          : all.where(({ eb, refTuple, tuple }) =>
              eb(refTuple('created_ms', 'id'), '<', tuple(before.createdMs, before.id)),
            )
      const query = rest
        .orderBy('created_ms', 'desc')
        .orderBy('id', 'desc')
        .limit(limit + 1)
      return pageOf(await query.execute(), limit, deliveryFrom)
    },
    async dueDeliveries(nowMs, limit) {
      const query = rows().where('next_try_ms', '<=', nowMs).orderBy('next_try_ms').orderBy('id').limit(limit)
      return (await query.execute()).map(deliveryFrom)
    },
    async insertDelivery(delivery) {
      const insert = db.insertInto('deliveries').values({
        id: delivery.id,
        webhook_id: delivery.webhookId,
        kind: delivery.kind,
        payload: delivery.payload,
        created_ms: delivery.createdMs,
        attempts: delivery.attempts,
        next_try_ms: delivery.nextTryMs,
        outcome: delivery.outcome && JSON.stringify(delivery.outcome),
      })
      return changed(await insert.onConflict((on) => on.doNothing()).executeTakeFirstOrThrow())
    },
    async noteTry(id, attempts, outcome, nextTryMs) {
      const update = db
        .updateTable('deliveries')
        .set({ attempts: attempts + 1, outcome: JSON.stringify(outcome), next_try_ms: nextTryMs })
        .where('id', '=', id)
        .where('attempts', '=', attempts)
      return changed(await update.executeTakeFirstOrThrow())
    },
    async pruneDeliveries(beforeMs, limit) {
      const { numDeletedRows } = await db
        .deleteFrom('deliveries')
        .where('id', 'in', (from) =>
          from
            .selectFrom('deliveries')
            .select('id')
            .where('created_ms', '<', beforeMs)
            .where('next_try_ms', 'is', null)
            .limit(limit),
        )
        .executeTakeFirstOrThrow()
      return Number(numDeletedRows)
    },
  }
}

function webhookFrom(row: WebhookRow): Webhook {
  return {
    id: row.id,
    organizationId: row.organization_id,
    environmentId: row.environment_id,
    name: row.name,
    displayName: row.display_name,
    payloadUrl: row.payload_url,
    format: row.format,
    active: row.active === 1,
    filters: JSON.parse(row.filters) as readonly string[],
    groups: JSON.parse(row.groups) as readonly string[],
    sealedSecret: row.sealed_secret,
    createdMs: row.created_ms,
    modifiedMs: row.modified_ms,
    failingSinceMs: row.failing_since_ms,
  }
}

function rowFrom(webhook: Webhook): WebhookRow {
  return {
    id: webhook.id,
    organization_id: webhook.organizationId,
    environment_id: webhook.environmentId,
    parent_id: webhook.environmentId ?? webhook.organizationId,
    name: webhook.name,
    name_key: nameKey(webhook.name),
    display_name: webhook.displayName,
    payload_url: webhook.payloadUrl,
    format: webhook.format,
    active: webhook.active ? 1 : 0,
    filters: JSON.stringify(webhook.filters),
    groups: JSON.stringify(webhook.groups),
    sealed_secret: webhook.sealedSecret,
    created_ms: webhook.createdMs,
    modified_ms: webhook.modifiedMs,
    failing_since_ms: webhook.failingSinceMs,
  }
}

function deliveryFrom(row: DeliveryRow): Delivery {
  return {
    id: row.id,
    webhookId: row.webhook_id,
    kind: row.kind,
    payload: row.payload,
    createdMs: row.created_ms,
    attempts: row.attempts,
    nextTryMs: row.next_try_ms,
    outcome: row.outcome === null ? null : (JSON.parse(row.outcome) as DeliveryOutcome),
  }
}
