import { type InputFinding, type Provider, ProviderError } from '../../eval/index.ts'
import type { ExportedRecord, ExportedValue } from '../../value/index.ts'
import { NumberText, recordOf } from '../../value/index.ts'
import { parseDuration } from '../duration.ts'
import { recordInput, textInput, textListInput } from '../inputs.ts'
import { nowhere, textOutput } from '../outputs.ts'
import type { LoginTokens } from '../powers.ts'
import { unknownInputs } from '../unknown-inputs.ts'
import type { VendorCalls } from '../vendor-calls.ts'
import { type AccessToken, federate, impersonate } from './exchange.ts'
import { inputSchema, outputSchema } from './schema.ts'

const defaultLifetimeSeconds = 3600
/** Google refuses a longer `google.subject` (providers §3.3). */
const mostSubjectBytes = 127

/** `fn::open::gcp-login`: an access token of a service account by workload identity federation (providers §3.3). */
export function gcpLogin(tokens: LoginTokens, calls: VendorCalls): Provider {
  return {
    inputs: inputSchema(),
    outputs: outputSchema(),
    inspect,
    open: async (inputs, context, signal) => {
      const project = inputs.project?.value instanceof NumberText ? inputs.project.value.text : ''
      const oidc = recordInput(inputs, 'oidc')
      if (oidc === null) {
        const given = recordInput(inputs, 'accessToken') ?? {}
        const token = textInput(given, 'accessToken') ?? ''
        const serviceAccount = textInput(given, 'serviceAccount')
        if (serviceAccount === null) return output(project, { accessToken: token, expiry: null })
        return output(project, await impersonate(calls, token, serviceAccount, lifetime(given), null, signal))
      }
      const { token, claims } = await tokens.mint({
        platform: 'gcp',
        subjectAttributes: textListInput(oidc, 'subjectAttributes'),
        context,
      })
      const bytes = Buffer.byteLength(claims.sub)
      if (bytes > mostSubjectBytes) {
        throw new ProviderError(
          `gcp-login: the subject has ${bytes} bytes, and Google takes at most ${mostSubjectBytes}`,
          `sent: sub=${claims.sub}\ntry: fewer subjectAttributes, or a shorter name of the environment`,
        )
      }
      const pool = {
        project,
        region: textInput(oidc, 'region') ?? 'global',
        pool: textInput(oidc, 'workloadPoolId') ?? '',
        provider: textInput(oidc, 'providerId') ?? '',
      }
      const federated = await federate(calls, token, claims, pool, signal)
      const principal = `principal://iam.googleapis.com/projects/${project}/locations/${pool.region}/workloadIdentityPools/${pool.pool}/subject/${claims.sub}`
      const account = textInput(oidc, 'serviceAccount') ?? ''
      return output(project, await impersonate(calls, federated, account, lifetime(oidc), principal, signal))
    },
  }
}

function lifetime(block: ExportedRecord): number {
  const text = textInput(block, 'tokenLifetime')
  return text === null ? defaultLifetimeSeconds : (parseDuration(text) ?? defaultLifetimeSeconds)
}

/** The number of a project is no secret, so the record is none as a whole. */
function output(project: string, { accessToken, expiry }: AccessToken): ExportedValue {
  const members: [string, ExportedValue][] = [
    ['project', { value: new NumberText(project), trace: nowhere }],
    ['accessToken', textOutput(accessToken, true)],
    ['tokenType', textOutput('Bearer', true)],
  ]
  if (expiry !== null) members.push(['expiry', textOutput(expiry, true)])
  return { value: recordOf(members), trace: nowhere }
}

/** The rules that the schema cannot say, each with its place. */
function inspect(inputs: ExportedRecord): readonly InputFinding[] {
  const findings: InputFinding[] = [...unknownInputs('gcp-login', inputs, inputSchema())]
  const error = (path: readonly string[], summary: string, detail = '') =>
    findings.push({ severity: 'error', path, summary: `gcp-login: ${summary}`, detail })
  const blocks = ['oidc', 'accessToken'].filter((name) => inputs[name] !== undefined)
  if (blocks.length !== 1) {
    const got = blocks.length === 0 ? 'neither' : 'both'
    error([], `give exactly one of \`oidc\` and \`accessToken\`, got ${got}`)
  }
  const project = textInput(inputs, 'project')
  if (project !== null) {
    const get = `gcloud projects describe ${/^[a-z][a-z0-9-]*$/.test(project) ? project : '<project>'}`
    error(
      ['project'],
      'the number of the project is needed, not its id',
      `try: ${get} --format='value(projectNumber)'`,
    )
  }
  for (const block of blocks) {
    const text = textInput(recordInput(inputs, block) ?? {}, 'tokenLifetime')
    if (text !== null && parseDuration(text) === null) {
      error([block, 'tokenLifetime'], `a lifetime such as \`45m\` is needed, got \`${text}\``)
    }
  }
  return findings
}
