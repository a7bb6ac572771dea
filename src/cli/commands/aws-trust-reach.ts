import { exactly } from '../argument-count.ts'
import { accountFlags } from '../aws/account-flags.ts'
import { readPolicy } from '../aws/policy-source.ts'
import { organizationsOf, readUniverse, requireOurs, serverUniverse } from '../aws/universe.ts'
import { offlineCommand } from '../command.ts'
import { Failure } from '../failure.ts'
import { text, texts, toggle } from '../flags.ts'
import { jsonText } from '../output.ts'
import { outputFlag, wantsJson } from '../output-flag.ts'
import type { World } from '../world.ts'

const formats = ['text', 'svg', 'html'] as const

/** `esc aws trust reach`. */
export const command = offlineCommand({
  usage: '<file>|<role-arn>',
  summary: 'List exactly which environments can become the role',
  description: `Every environment that exists and every name that a subject can carry is tried; what names that do not exist yet would
get in is told with an example. The environments are those the caller sees on the server, or those of --universe.

--format svg draws it: who gets in, by which statement, and the role. --format html is a page with the drawing and the same as
text; it needs nothing but itself.`,
  examples: [
    'esc aws trust reach trust.json',
    'esc aws trust reach arn:aws:iam::123456789012:role/deployer --profile admin',
    'esc aws trust reach trust.json --user ada --user ben',
    'esc aws trust reach trust.json --universe universe.json --output json',
    'esc aws trust reach trust.json -o reach.html --denied',
  ],
  arguments: exactly(1),
  flags: {
    universe: text('A JSON file of who exists, instead of the server', { placeholder: 'file' }),
    organization: text('The organization; the one of the policy without it', { placeholder: 'name' }),
    user: texts('Another user who may open environments; may be repeated', { placeholder: 'login' }),
    team: texts('A team with tokens; may be repeated', { placeholder: 'name' }),
    'client-id': texts('An audience that the identity provider registers; may be repeated', {
      placeholder: 'id',
    }),
    format: text('text, svg or html; without it the one that the ending of --out says', { short: 'f' }),
    out: text('Write to this file', { short: 'o', placeholder: 'file' }),
    denied: toggle('In a picture, draw the environments that cannot become the role too'),
    ...accountFlags,
    output: outputFlag,
  },
  async run({ world, args: [file = ''], flags, out }, account) {
    const asJson = wantsJson(flags.output)
    const format = formatOf(flags.format, flags.out)
    if (asJson && format !== 'text')
      throw new Failure(`--output json is for --format text, got --format ${format}`)
    if (flags.denied && format === 'text') throw new Failure('--denied is for --format svg and html')
    const { reach, renderReach } = await import('../../trust/index.ts')
    const policy = await readPolicy({ world, out }, file, flags)
    const trusts = requireOurs(policy)
    const fromServer = async () => {
      const { api, session } = await account()
      const organization =
        flags.organization || organizationsOf(policy)[0] || (await session.defaultOrganization())
      return await serverUniverse(api, organization, policy, { users: flags.user, teams: flags.team })
    }
    const universe =
      flags.universe === '' ? await fromServer() : await readUniverse(world, flags.universe, policy)
    const reached = trusts.map(({ provider, partition }) =>
      reach({ name: file, policy: policy.source, provider, partition }, universe),
    )
    const write = async (content: string): Promise<void> => {
      if (flags.out === '') out.write(content)
      else await writeResult(world, flags.out, content)
    }
    if (format !== 'text') {
      const { drawReach } = await import('../../picture/index.ts')
      const view = { name: file, policy: policy.policy, reaches: reached }
      await write(await drawReach(flags.denied ? { ...view, denied: universe } : view, format))
    } else if (asJson) {
      await write(`${jsonText(reached.length === 1 ? reached[0] : reached)}\n`)
    } else await write(reached.map(renderReach).join(''))
  },
})

type Format = (typeof formats)[number]

function formatOf(format: string, file: string): Format {
  const ending = /\.(svg|html)$/.exec(file)?.[1] ?? 'text'
  const found = formats.find((one) => one === (format || ending))
  if (found !== undefined) return found
  throw new Failure(`invalid --format ${JSON.stringify(format)}: must be one of ${formats.join(', ')}`)
}

async function writeResult(world: World, file: string, content: string): Promise<void> {
  try {
    await world.files.write(file, Buffer.from(content), 0o644)
  } catch (error) {
    throw new Failure(`--out ${file}: ${(error as Error).message}; nothing was written`)
  }
}
