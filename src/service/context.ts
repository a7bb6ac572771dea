import { rangeless } from '../diag/index.ts'
import type { ExportedRecord, ExportedValue } from '../value/index.ts'
import type { EvaluationScope } from './parts.ts'

type Facts = { readonly [name: string]: string | Facts }

/**
 * The facts about the caller that an environment may use as `${context.pulumi…}` and that login subjects are built from:
 * `pulumi.user.{id,login}`, `pulumi.organization.login`, `pulumi.token.{type,name,team}`.
 *
 * A machine's user is its organization (oidc §1.6); a console login counts as a personal token.
 */
export function callerContext({ organization, caller, rootName }: EvaluationScope): ExportedRecord {
  const { token, actor } = caller
  const type = token.type === 'session' ? 'personal' : token.type
  const facts: Facts = {
    pulumi: {
      organization: { id: organization.id, login: organization.name },
      token: token.team === null ? { name: token.name, type } : { name: token.name, team: token.team, type },
      user: { id: actor.id, login: actor.login },
    },
  }
  return recordOf(facts, rootName)
}

function recordOf(facts: Facts, environment: string): ExportedRecord {
  const record: Record<string, ExportedValue> = Object.create(null)
  const trace = { def: rangeless(environment) }
  for (const [name, fact] of Object.entries(facts)) {
    record[name] = { value: typeof fact === 'string' ? fact : recordOf(fact, environment), trace }
  }
  return record
}
