import { Gate } from '../eval/gate.ts'
import { parseRoleArn } from '../trust/index.ts'
import type { AwsTokenExchange } from './powers.ts'
import type { VendorCalls } from './vendor-calls.ts'

/** As many calls of one evaluation may be under way to one host (security requirement S-42). */
const callsPerHost = 4

/** The powers that call out, held to four calls at once for each host. Made for one evaluation. */
export function gatedByHost<P extends { readonly sts: AwsTokenExchange; readonly calls: VendorCalls }>(
  powers: P,
): P {
  const gates = new Map<string, Gate>()
  const gateOf = (host: string) => {
    const gate = gates.get(host) ?? new Gate(callsPerHost)
    gates.set(host, gate)
    return gate
  }
  const { sts, calls } = powers
  return {
    ...powers,
    sts: {
      // A partition has an endpoint of its own.
      assumeRoleWithWebIdentity: (request) =>
        gateOf(`sts ${parseRoleArn(request.roleArn)?.partition ?? ''}`).through(() =>
          sts.assumeRoleWithWebIdentity(request),
        ),
      explain: (refusal, asked) => sts.explain(refusal, asked),
    },
    calls: {
      post: (provider, request, signal) =>
        gateOf(URL.parse(request.url)?.host ?? '').through(() => calls.post(provider, request, signal)),
    },
  }
}
