import { AppError, hasErrors } from '../diag/index.ts'
import type { EvaluatedText } from '../evaluator/index.ts'
import type { EnvironmentAccess, OrganizationAccess } from './access.ts'
import { refuseUnapproved } from './approvals.ts'
import { EvaluationError } from './definitions.ts'
import { anonymousName, check, type EvaluationRequest } from './evaluate.ts'
import { formatName } from './names.ts'
import type { ServiceParts } from './parts.ts'
import { latest, usableRevision } from './revision-lookup.ts'

/** How a check is made. */
export interface CheckOptions {
  /** Gives stored secrets in clear. Needs `decrypt` on the environment, `open` on its imports. */
  readonly showSecrets?: boolean | undefined
}

/** Type-checks without calling providers. An evaluation with errors is thrown as `EvaluationError`. */
export interface Checks {
  /** A text that belongs to no environment. */
  text(access: OrganizationAccess, source: Uint8Array, options: CheckOptions): Promise<EvaluatedText>
  /** The stored text at a version. */
  stored(
    access: EnvironmentAccess,
    version: string | undefined,
    options: CheckOptions,
  ): Promise<EvaluatedText>
  /** A text as if it were the environment's. */
  proposed(access: EnvironmentAccess, source: Uint8Array, options: CheckOptions): Promise<EvaluatedText>
}

/** The checks over the service's parts. */
export function createChecks(parts: ServiceParts): Checks {
  const run = async (request: EvaluationRequest, { showSecrets = false }: CheckOptions) => {
    const evaluation = await check(parts, request, { showSecrets })
    if (hasErrors(evaluation.diagnostics)) throw new EvaluationError(evaluation)
    return evaluation
  }
  const proposed = async (access: EnvironmentAccess, source: Uint8Array, options: CheckOptions) => {
    const { environment, permissions } = access
    if (options.showSecrets && !permissions.has('decrypt')) {
      throw new AppError('FORBIDDEN', {
        permission: 'decrypt',
        resource: formatName(environment),
        who: 'an administrator of the environment',
      })
    }
    if (options.showSecrets) await refuseUnapproved(parts, access)
    const name = `${environment.project}/${environment.name}`
    return await run({ access, root: environment, rootName: name, source }, options)
  }
  return {
    text: (access, source, options) => run({ access, root: null, rootName: anonymousName, source }, options),
    async stored(access, version = latest, options) {
      const revision = await parts.store.read((transaction) =>
        usableRevision(transaction, access.environment, version),
      )
      return await proposed(access, revision.source, options)
    },
    proposed,
  }
}
