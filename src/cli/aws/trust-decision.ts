import type { RoleState } from '../../setup/account.ts'
import { type Decision, decide, type IdentityProvider, parseRoleArn } from '../../trust/index.ts'
import { unifiedDiff } from '../unified-diff.ts'
import type { TrustCase } from './trust-case.ts'

/** What a case is decided against. */
export interface TrustFacts {
  /** A file's name or a role's ARN, for the head of the diff. */
  readonly source: string
  readonly policy: string
  readonly roleArn: string
  /** The provider of the role's account for the token's issuer; null when there is none. */
  readonly provider: IdentityProvider | null
  /** Null when only the policy is known: the role is then taken to allow what is asked for. */
  readonly role: Pick<RoleState, 'maxSessionSeconds' | 'tags'> | null
}

/** A decided case. */
export interface DecidedCase {
  readonly decision: Decision
  /** The smallest change of the policy that was found to mend a refusal; null where no edit does. */
  readonly diff: string | null
  /** What else the person should know; for people only. */
  readonly notes: readonly string[]
}

const defaultSeconds = 7200
const shortSeconds = 3600
const longestSession = 43_200

/** Decides as AWS would, in the order in which aws-login asks: the default duration falls back to an hour. */
export function decideCase(one: TrustCase, facts: TrustFacts, nowSeconds: number): DecidedCase {
  const isEnvironment = one.login !== null
  const ask = (durationSeconds: number | null) =>
    decide({
      policy: facts.policy,
      provider: facts.provider,
      role: {
        arn: facts.roleArn,
        maxSessionDurationSeconds: facts.role?.maxSessionSeconds ?? longestSession,
        tags: facts.role?.tags ?? {},
      },
      token: {
        header: one.header,
        claims: isClaimsOfOurs(one) ? { ...one.claims, ...timesAt(nowSeconds) } : one.claims,
        signatureValid: true,
      },
      request: {
        roleSessionName: one.sessionName || 'session',
        nowSeconds,
        ...(durationSeconds === null ? {} : { durationSeconds }),
        ...(one.policyArns.length === 0 ? {} : { sessionPolicyArns: one.policyArns }),
      },
    })
  const notes: string[] = []
  let decision = ask(one.durationSeconds ?? (isEnvironment ? defaultSeconds : null))
  if (one.durationSeconds === null && decision.reasonCode === 'DURATION_EXCEEDS_ROLE_MAX') {
    decision = ask(shortSeconds)
    notes.push(
      'the login asks for the default of 2h, which the role refuses, and then for 1h: write `duration: 1h`',
    )
  }
  return { decision, diff: policyDiff(facts, decision.suggestion?.policy), notes }
}

// Tokens from elsewhere brought their times along.
function isClaimsOfOurs({ claims }: TrustCase): boolean {
  return claims['exp'] === undefined
}

function timesAt(nowSeconds: number) {
  return { iat: nowSeconds, nbf: nowSeconds, exp: nowSeconds + 3600 }
}

/** The ARN that stands in for a role of which only the policy is known. */
export function someRoleArn(partition: string, account: string): string {
  return `arn:${partition}:iam::${account}:role/role`
}

/** The partition of a role's ARN; that of AWS itself for anything else. */
export function partitionOf(roleArn: string): string {
  return parseRoleArn(roleArn)?.partition ?? 'aws'
}

// Both sides are printed by the same printer, so that the diff shows the change and no layout.
function policyDiff({ source, policy }: TrustFacts, suggested: unknown): string | null {
  if (suggested === undefined) return null
  const print = (text: unknown) => `${JSON.stringify(text, null, 2)}\n`
  return unifiedDiff({ from: source, to: `${source} (changed)` }, print(JSON.parse(policy)), print(suggested))
}
