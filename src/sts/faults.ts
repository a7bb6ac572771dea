import { AppError } from '../diag/index.ts'
import { AwsRefusal } from './protocol/aws-refusal.ts'

interface FaultKind {
  /** What it does, for help and errors. */
  readonly help: string
  /** Name of the number after `=`, when it takes one. */
  readonly value?: string
  /** What a call is answered with, when the fault refuses the call itself. */
  readonly refuse?: (account: string) => AwsRefusal
  readonly service?: 'sts' | 'iam'
}

const failed = (code: string, status: number, message: string): AwsRefusal =>
  new AwsRefusal(code, status, message, {
    reasonCode: 'FAULT',
    reason: `the sandbox was told to answer ${code}`,
    suggestion: 'take the fault away with `DELETE /_sandbox/faults` or start without it',
  })

/** Every fault the sandbox can be told to show, with the help text the command prints. */
export const faultKinds: { readonly [name: string]: FaultKind } = Object.freeze({
  throttle: {
    help: 'calls are answered `Throttling`',
    refuse: () => failed('Throttling', 400, 'Rate exceeded'),
  },
  'internal-failure': {
    help: 'calls are answered 500 `InternalFailure`',
    refuse: () =>
      failed('InternalFailure', 500, 'The request processing has failed because of an unknown error.'),
  },
  unavailable: {
    help: 'calls are answered 503 `ServiceUnavailable`',
    refuse: () => failed('ServiceUnavailable', 503, 'The request has failed due to a temporary failure.'),
  },
  'region-disabled': {
    help: 'STS calls are answered `RegionDisabledException`',
    service: 'sts',
    refuse: (account) =>
      failed(
        'RegionDisabledException',
        403,
        `STS is not activated in this region for account:${account}. Your account administrator can activate STS in this region using the IAM Console.`,
      ),
  },
  'idp-communication': { help: 'token exchanges are answered `IDPCommunicationError`' },
  'issuer-timeout': { help: 'reading the issuer takes longer than AWS waits' },
  'issuer-unreachable': { help: 'the issuer cannot be connected to' },
  'clock-skew': { help: 'the clock of the sandbox is off by so many seconds', value: 'seconds' },
  'consistency-delay': {
    help: 'STS sees a change of IAM so many seconds later, at most 600',
    value: 'seconds',
  },
  latency: { help: 'every call takes so many milliseconds longer', value: 'milliseconds' },
})

/** One fault in force: `times` calls are left to it, or it stays (`null`). */
export interface Fault {
  readonly name: string
  readonly value: number
  readonly times: number | null
}

/**
 * Faults from text: `throttle`, `throttle*2` (the next two calls), `clock-skew=-400`; several separated by
 * commas or line ends.
 *
 * @throws AppError `REQUEST_INVALID` naming the fault, what it takes and the known ones
 */
export function parseFaults(text: string): readonly Fault[] {
  const words = text.split(/[,\s]+/).filter((word) => word !== '')
  return words.map((word) => {
    const match = /^([a-z-]+)(?:=(-?\d{1,9}))?(?:\*(\d{1,6}))?$/.exec(word)
    const kind = match === null || !Object.hasOwn(faultKinds, match[1]!) ? undefined : faultKinds[match[1]!]
    if (match === null || kind === undefined) {
      throw refusedFault(`unknown fault \`${word.slice(0, 64)}\``)
    }
    if ((kind.value === undefined) !== (match[2] === undefined)) {
      const wants = kind.value === undefined ? 'takes no number' : `wants \`=${kind.value}\``
      throw refusedFault(`fault \`${match[1]}\` ${wants}, got \`${word}\``)
    }
    return { name: match[1]!, value: Number(match[2] ?? 0), times: match[3] ? Number(match[3]) : null }
  })
}

function refusedFault(what: string): AppError {
  const known = Object.entries(faultKinds).map(([name, kind]) =>
    kind.value ? `${name}=${kind.value}` : name,
  )
  return new AppError('REQUEST_INVALID', {
    what,
    hint: `use one of ${known.join(', ')}; a trailing \`*2\` limits it to the next two calls`,
  })
}

/** The faults in force, which calls use up. */
export interface FaultSwitch {
  /** Replaces every fault. */
  readonly set: (faults: readonly Fault[]) => void
  readonly list: () => readonly Fault[]
  /** The value of a fault in force, using one of its times up; `null` when it is not. */
  readonly take: (name: string) => number | null
  /** The value of a fault in force, using nothing up; 0 when it is not. */
  readonly valueOf: (name: string) => number
  /** @throws AwsRefusal when a fault refuses this call */
  readonly refuse: (service: 'sts' | 'iam', account: string) => void
}

/** A switch that starts with `initial` in force. */
export function createFaultSwitch(initial: readonly Fault[]): FaultSwitch {
  let faults = initial
  const find = (name: string) => faults.find((fault) => fault.name === name)
  const take = (name: string): number | null => {
    const fault = find(name)
    if (fault === undefined) return null
    if (fault.times !== null) {
      const left = { ...fault, times: fault.times - 1 }
      faults = faults.flatMap((other) => (other !== fault ? [other] : left.times > 0 ? [left] : []))
    }
    return fault.value
  }
  return {
    set: (next) => {
      faults = next
    },
    list: () => faults,
    take,
    valueOf: (name) => find(name)?.value ?? 0,
    refuse(service, account) {
      for (const { name } of faults) {
        const kind = faultKinds[name]
        if (kind?.refuse === undefined || (kind.service ?? service) !== service) continue
        take(name)
        throw kind.refuse(account)
      }
    },
  }
}
