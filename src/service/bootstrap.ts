import { AppError } from '../diag/index.ts'
import { appendEntries, serverTrail } from './audit/append.ts'
import { checkName } from './names.ts'
import type { ServiceParts } from './parts.ts'
import { type Founding, newUser } from './people.ts'
import { personalToken } from './personal-token.ts'

/** What a bootstrap gives: the token's text is shown here once and kept nowhere. */
export interface BootstrapResult {
  readonly token: string
  readonly expires: Date
}

const ownerId = 'server'
const bootstrapSetting = 'bootstrap'

/** A first administrator has time to make other tokens. */
const firstTokenMilliseconds = 30 * 86_400_000

/**
 * Makes the first organization, its administrator and a token for them (S-16). Of any number of attempts exactly one
 * succeeds, ever. `keep` is handed the token by the one that wins, within its unit of work: a death after it leaves a
 * token that nothing knows and a store that is still new, never a store whose only token nobody has.
 *
 * @throws AppError ALREADY_INITIALISED, NAME_INVALID; what `keep` throws, and then nothing was made
 */
export async function bootstrap(
  parts: ServiceParts,
  founding: Founding,
  keep: (token: string) => Promise<void> = async () => {},
): Promise<BootstrapResult> {
  const organizationName = checkName('organization', founding.organization)
  // A login stands in paths where an organization may stand, so it takes the same names.
  checkName('organization', founding.login)
  const nowMs = parts.clock().getTime()
  const expires = new Date(nowMs + firstTokenMilliseconds)
  const token = parts.tokens.make('personal')
  await parts.store.change(async (transaction) => {
    const taken = () => new AppError('ALREADY_INITIALISED')
    if (!(await transaction.settings.putIfAbsent(ownerId, bootstrapSetting, { atMs: nowMs }))) throw taken()
    if ((await transaction.users.list(null, 1)).items.length > 0) throw taken()
    const user = newUser(parts.ids(), founding, nowMs)
    const organization = {
      id: parts.ids(),
      name: organizationName,
      displayName: organizationName,
      avatarUrl: '',
      createdMs: nowMs,
    }
    if (!(await transaction.users.insert(user))) throw taken()
    if (!(await transaction.organizations.insert(organization))) throw taken()
    await transaction.memberships.put({
      organizationId: organization.id,
      userId: user.id,
      role: 'admin',
      createdMs: nowMs,
    })
    await transaction.tokens.insert(
      personalToken({
        id: token.id,
        name: 'bootstrap',
        description: 'made with the first administrator',
        secretHash: token.secretHash,
        userId: user.id,
        createdMs: nowMs,
        expiresMs: expires.getTime(),
      }),
    )
    await appendEntries(transaction, serverTrail, [
      {
        event: 'installation-founded',
        organizationId: serverTrail,
        at: parts.clock(),
        caller: null,
        environment: null,
        request: null,
        facts: { member: user.login, token: token.id },
      },
    ])
    await keep(token.text)
  })
  return { token: token.text, expires }
}
