import { exactly } from '../argument-count.ts'
import { accountCommand } from '../command.ts'
import { Failure } from '../failure.ts'
import { integer, text, toggle } from '../flags.ts'
import { outputFlag, wantsJson } from '../output-flag.ts'
import { ownerFlag, tokenOwner } from '../token-owner.ts'

/** `esc token create`. */
export const command = accountCommand({
  usage: '<name>',
  summary: 'Make an access token; its text is shown this once',
  description: `A personal token can do what you can, and lives no longer than the token you are logged in with. A token of an organization
acts for it, or for one of its teams, and needs the right to make one.`,
  examples: ['esc token create laptop', 'esc token create ci --org acme --team core --days 7'],
  arguments: exactly(1),
  flags: {
    org: ownerFlag,
    team: text('The team that the token acts for; with --org'),
    admin: toggle('The token administers the organization; with --org'),
    days: integer('Days until it ends; default 30'),
    output: outputFlag,
  },
  async run({ api, args, flags, given, out, world }) {
    const asJson = wantsJson(flags.output)
    const owner = tokenOwner(flags.org)
    if (owner === null && (flags.team !== '' || flags.admin))
      throw new Failure('--team and --admin need --org')
    if (given.has('days') && flags.days < 1) throw new Failure('--days must be positive')
    const { id, tokenValue } = await api.createToken(owner, {
      name: args[0]!,
      ...(given.has('days') ? { expires: Math.floor(world.clock.now() / 1_000) + flags.days * 86_400 } : {}),
      ...(flags.admin ? { admin: true } : {}),
      ...(flags.team === '' ? {} : { team: flags.team }),
    })
    if (asJson) out.json({ id, token: tokenValue })
    else out.line(tokenValue)
  },
})
