import { type Refusal, refuse } from './refusal.ts'
import type { AssumeRequest, RoleFacts } from './request.ts'
import { parseRoleArn } from './role-arn.ts'
import { checkSessionPolicies, maxSessionPolicyCharacters } from './session-policy.ts'

/** Checks the parameters of the call, which AWS does before it opens the token (§2.1 step 1). */
export function checkRequest(request: AssumeRequest, role: RoleFacts): Refusal | null {
  if (parseRoleArn(role.arn) === null) {
    return refuse(
      'BAD_ROLE_ARN',
      {},
      `\`${role.arn}\` is not the ARN of a role`,
      'use arn:aws:iam::ACCOUNT:role/NAME with twelve digits for the account',
    )
  }
  return checkSessionName(request.roleSessionName) ?? checkDuration(request) ?? checkPolicyLengths(request)
}

function checkSessionName(name: string): Refusal | null {
  const rule =
    name.length < 2
      ? 'Member must have length greater than or equal to 2'
      : name.length > 64
        ? 'Member must have length less than or equal to 64'
        : /^[\w+=,.@-]*$/.test(name)
          ? null
          : 'Member must satisfy regular expression pattern: [\\w+=,.@-]*'
  if (rule === null) return null
  return refuse(
    'BAD_SESSION_NAME',
    { got: name, rule },
    `the session name \`${name}\` must be 2 to 64 characters of letters, digits and _+=,.@-`,
    'choose another session name; replace `/` and `:` by `-`',
  )
}

function checkDuration({ durationSeconds: got }: AssumeRequest): Refusal | null {
  if (got === undefined || (Number.isInteger(got) && got >= 900 && got <= 43_200)) return null
  const rule =
    got < 900
      ? 'Member must have value greater than or equal to 900'
      : 'Member must have value less than or equal to 43200'
  return refuse(
    'DURATION_OUT_OF_RANGE',
    { got, rule },
    `the duration of ${got} seconds is not between 900 and 43200`,
    'ask for 3600 seconds',
  )
}

function checkPolicyLengths({ sessionPolicy, sessionPolicyArns }: AssumeRequest): Refusal | null {
  if (sessionPolicy !== undefined && sessionPolicy.length > maxSessionPolicyCharacters) {
    const reason = `the session policy has ${sessionPolicy.length} characters, the limit is ${maxSessionPolicyCharacters}`
    return refuse('SESSION_POLICY_TOO_LONG', {}, reason, 'shorten it or pass managed policies by ARN')
  }
  if (sessionPolicyArns !== undefined && sessionPolicyArns.length > 10) {
    const reason = `${sessionPolicyArns.length} session policies were passed, the limit is 10`
    return refuse('TOO_MANY_POLICY_ARNS', {}, reason, 'pass at most ten ARNs')
  }
  return null
}

/** Checks what AWS looks at after the trust policy (§2.1 step 7): the role's maximum, the session policies. */
export function checkSession(request: AssumeRequest, role: RoleFacts): Refusal | null {
  const { sessionPolicy: inline = null, sessionPolicyArns: arns = null } = request
  return checkRoleMaximum(request, role) ?? checkSessionPolicies({ inline, arns })
}

function checkRoleMaximum(request: AssumeRequest, role: RoleFacts): Refusal | null {
  const wanted = request.durationSeconds ?? 3600
  if (wanted <= role.maxSessionDurationSeconds) return null
  return refuse(
    'DURATION_EXCEEDS_ROLE_MAX',
    {},
    `${wanted} seconds were asked for, the role allows ${role.maxSessionDurationSeconds}`,
    `ask for ${role.maxSessionDurationSeconds} seconds or raise MaxSessionDuration of the role`,
  )
}
