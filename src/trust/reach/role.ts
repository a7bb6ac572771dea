import { webIdentityAction } from '../decide.ts'
import { issuerName } from '../issuers.ts'
import { waysIn } from '../language/admission.ts'
import { type Automaton, automatonOf } from '../language/automaton.ts'
import { domainsFor, principalsOf } from '../language/domains.ts'
import { anyText, either } from '../language/expression.ts'
import type { IssuerModel } from '../language/issuer-model.ts'
import { unite, usefulStates } from '../language/operations.ts'
import { isAlwaysMet, isTold, unrestricted, valuesLeft } from '../language/restriction.ts'
import type { Policy } from '../policy/document.ts'
import { parsePolicy } from '../policy/parse.ts'
import type { IdentityProvider } from '../request.ts'

/** A role to be searched: its policy, and the provider of its account for our issuer. */
export interface Role {
  readonly name: string
  readonly policy: unknown
  readonly provider: IdentityProvider
  readonly partition?: string
}

/** Subjects a statement lets in for tokens of one audience. */
export interface CompiledWay {
  readonly audience: string
  readonly subjects: Automaton
  /** From which states a subject can still get in. */
  readonly alive: readonly boolean[]
  readonly statement: number
  /** Condition keys that must hold too and that a subject does not tell: a session name, a tag, a time, an address, a variable. */
  readonly depends: readonly string[]
}

/** A role’s policy, ready to be asked about many subjects. */
export interface CompiledRole {
  readonly name: string
  readonly ways: readonly CompiledWay[]
}

const anySubject = automatonOf(anyText)

// Our issuer sends no claim that AWS reads but these two; which subjects exist is the universe's to say.
const model = (url: string): IssuerModel => ({
  url,
  subjects: () => anySubject,
  claims: new Map(),
  sendsAuthorizedParty: false,
  sendsRoles: false,
  sendsTags: false,
  sendsSourceIdentity: false,
})

/** Prepares a role for searching. @throws TooManyStates for patterns that no automaton can hold */
export function compileRole({ name, policy, provider, partition = 'aws' }: Role): CompiledRole {
  const { policy: parsed } = parsePolicy(policy)
  if (parsed === null) return { name, ways: [] }
  const ask = { principals: principalsOf(provider, partition), action: webIdentityAction }
  const key = `${issuerName(provider.url).toLowerCase()}:sub`
  const groups = new Map<string, Omit<CompiledWay, 'alive'>>()
  for (const audience of provider.clientIds) {
    const calls = { model: model(provider.url), provider, audience, partition }
    for (const { statement, domains, restrictions } of waysIn(parsed, ask, domainsFor(calls))) {
      const subjects = valuesLeft(domains.get(key), restrictions.get(key) ?? unrestricted)
      const depends = [...restrictions]
        .filter(([name, one]) => (name === key ? !isTold(one) : !isAlwaysMet(domains.get(name), one)))
        .map(([name]) => spelling(name, parsed))
      const id = JSON.stringify([audience, statement.index, depends])
      const known = groups.get(id)?.subjects ?? nobody
      groups.set(id, {
        audience,
        subjects: unite(known, subjects ?? nobody),
        statement: statement.index,
        depends,
      })
    }
  }
  return { name, ways: [...groups.values()].map(finish) }
}

// The key as the policy writes it.
function spelling(name: string, { statements }: Policy): string {
  const keys = statements.flatMap(({ conditions }) => conditions.map(({ key }) => key))
  return keys.find((key) => key.toLowerCase() === name) ?? name
}

const nobody = automatonOf(either())

function finish(way: Omit<CompiledWay, 'alive'>): CompiledWay {
  return { ...way, alive: usefulStates(way.subjects) }
}
