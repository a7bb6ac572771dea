import { type ExecutionContext, type InputFinding, type Provider, ProviderError } from '../../eval/index.ts'
import { parseRoleArn } from '../../trust/role-arn.ts'
import type { ExportedRecord, ExportedValue } from '../../value/index.ts'
import { parseDuration } from '../duration.ts'
import { recordInput, textInput } from '../inputs.ts'
import { secretRecord } from '../outputs.ts'
import {
  AccountNotAllowed,
  AwsRefusal,
  type AwsTokenExchange,
  type LoginTokens,
  StsUnexpectedAnswer,
} from '../powers.ts'
import { unknownInputs } from '../unknown-inputs.ts'
import { type Login, readLogin } from './login.ts'
import { explainRefusal, isTooLong } from './refusal.ts'
import { inputSchema, outputSchema } from './schema.ts'

const defaultDurationSeconds = 2 * 3600
const shortDurationSeconds = 3600
const durationLimits = { min: 900, max: 43_200 }

/**
 * `fn::open::aws-login`: credentials of a role by web identity, or keys that already exist (providers §3.1).
 *
 * `tokens` and `sts` are the only powers it has.
 */
export function awsLogin(tokens: LoginTokens, sts: AwsTokenExchange): Provider {
  return {
    inputs: inputSchema(),
    outputs: outputSchema(),
    inspect,
    open: async (inputs, context, signal) => {
      const oidc = recordInput(inputs, 'oidc')
      if (oidc !== null) return await exchange(readLogin(oidc), context, signal, tokens, sts)
      const given = recordInput(inputs, 'static') ?? {}
      return secretRecord({
        accessKeyId: textInput(given, 'accessKeyId'),
        secretAccessKey: textInput(given, 'secretAccessKey'),
        sessionToken: textInput(given, 'sessionToken'),
      })
    },
  }
}

/** A role's default maximum session is 1 h and our default is 2 h: left to the default, one shorter try follows. */
async function exchange(
  login: Login,
  context: ExecutionContext,
  signal: AbortSignal,
  tokens: LoginTokens,
  sts: AwsTokenExchange,
): Promise<ExportedValue> {
  const attempt = async (durationSeconds: number) => {
    const { token, claims } = await tokens.mint({
      platform: 'aws',
      subjectAttributes: login.subjectAttributes,
      context,
    })
    try {
      const credentials = await sts.assumeRoleWithWebIdentity({
        roleArn: login.roleArn,
        roleSessionName: login.sessionName,
        // The audience names the organization, in project `default` it is its bare name.
        organization: claims.aud.replace(/^aws:/, ''),
        webIdentityToken: token,
        durationSeconds,
        policyArns: login.policyArns,
        signal,
      })
      return { credentials }
    } catch (error) {
      if (!(error instanceof AwsRefusal)) throw unreachable(error)
      const { roleArn, sessionName: roleSessionName } = login
      return { refusal: error, asked: { roleArn, roleSessionName, durationSeconds, claims } }
    }
  }
  let answer = await attempt(login.durationSeconds ?? defaultDurationSeconds)
  if (answer.refusal !== undefined && login.durationSeconds === null && isTooLong(answer.refusal)) {
    answer = await attempt(shortDurationSeconds)
    if (answer.refusal === undefined) {
      context.warn(
        'aws-login: the credentials live 1h: the role’s maximum session is shorter than the default of 2h',
        'try: write `duration: 1h`, or raise the role’s MaxSessionDuration',
      )
    }
  }
  if (answer.refusal !== undefined) {
    const { refusal, asked } = answer
    const told = await sts.explain(refusal, asked)
    throw explainRefusal(refusal, { ...asked, environment: context.rootEnvironment }, told)
  }
  const { accessKeyId, secretAccessKey, sessionToken } = answer.credentials
  return secretRecord({ accessKeyId, secretAccessKey, sessionToken })
}

function unreachable(error: unknown): Error {
  if (error instanceof ProviderError) return error
  const said = error instanceof Error ? error.message : String(error)
  if (error instanceof AccountNotAllowed) {
    const detail =
      'try: let an operator add it to the server’s allowed accounts (--allowed-aws-account, also for one organization alone), or name another role'
    return new ProviderError(`aws-login: ${said}`, detail, { cause: error })
  }
  if (error instanceof StsUnexpectedAnswer) {
    const detail = `said: ${said}\ntry: look at what stands between this server and AWS (a proxy, a portal) and at its STS endpoint`
    return new ProviderError('aws-login: what answered is not STS', detail, { cause: error })
  }
  return new ProviderError(
    'aws-login: STS could not be reached',
    `said: ${said}\ntry: check the server’s STS endpoint and its way out`,
    {
      cause: error,
    },
  )
}

/** The rules that the schema cannot say, each with its place. */
function inspect(inputs: ExportedRecord): readonly InputFinding[] {
  const findings: InputFinding[] = [...unknownInputs('aws-login', inputs, inputSchema())]
  const blocks = ['oidc', 'static'].filter((name) => inputs[name] !== undefined)
  if (blocks.length !== 1) {
    const got = blocks.length === 0 ? 'neither' : 'both'
    findings.push({
      severity: 'error',
      path: [],
      summary: `aws-login: give exactly one of \`oidc\` and \`static\`, got ${got}`,
    })
  }
  const oidc = recordInput(inputs, 'oidc')
  if (oidc === null) return findings
  const roleArn = textInput(oidc, 'roleArn')
  if (roleArn !== null && parseRoleArn(roleArn) === null) {
    findings.push({
      severity: 'error',
      path: ['oidc', 'roleArn'],
      summary: `aws-login: \`${roleArn}\` is not the ARN of a role`,
      detail: 'try: arn:aws:iam::<12-digit account>:role/<name>',
    })
  }
  const duration = textInput(oidc, 'duration')
  const seconds = duration === null ? durationLimits.min : parseDuration(duration)
  if (seconds === null || seconds < durationLimits.min || seconds > durationLimits.max) {
    findings.push({
      severity: 'error',
      path: ['oidc', 'duration'],
      summary: `aws-login: duration must be between 15m and 12h, got \`${duration}\``,
    })
  }
  return findings
}
