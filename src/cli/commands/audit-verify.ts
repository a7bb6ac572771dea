import { atMost } from '../argument-count.ts'
import { readText, readTrail } from '../audit/trail.ts'
import { checkpointsIn, verifyTrail } from '../audit/verify.ts'
import { offlineCommand } from '../command.ts'
import { Exit } from '../failure.ts'
import { text, toggle } from '../flags.ts'
import { outputFlag, wantsJson } from '../output-flag.ts'

/** `esc audit verify`. */
export const command = offlineCommand({
  usage: '[<file>]',
  summary: 'Follow the chain of hashes of an audit trail from its first entry to its last',
  description: `With a file of \`esc audit export\` it needs no server, no account and no key. Without one it reads the trail from the server.
Whoever can rewrite the whole database can make a chain that holds; a checkpoint that was kept elsewhere shows that too.`,
  examples: [
    'esc audit verify trail.jsonl',
    'esc audit verify --org acme --checkpoints checkpoints.jsonl',
    'esc audit verify trail.jsonl --output json',
  ],
  arguments: atMost(1),
  flags: {
    org: text('The organization; default: yours'),
    server: toggle('The trail of the server itself'),
    checkpoints: text('File with checkpoints, one a line, that were kept elsewhere'),
    output: outputFlag,
  },
  async run({ world, out, flags, args: [file] }, account) {
    const asJson = wantsJson(flags.output)
    const { org, server, checkpoints: path } = flags
    const checkpoints = path === '' ? [] : checkpointsIn(await readText(world, path), path)
    const remote = async () => {
      const { api, session } = await account()
      return readTrail({ api, organization: server ? null : org || (await session.defaultOrganization()) })
    }
    const trail = file === undefined ? await remote() : readTrail({ world, file })
    const report = await verifyTrail(trail, checkpoints)
    if (asJson) out.json(report)
    else if (report.broken !== null) out.note(`error: ${report.broken}`)
    else {
      const agreed = report.checkpoints === 0 ? '' : `, ${report.checkpoints} checkpoints agree`
      out.line(`${report.entries} entries hold${agreed}; the last hash is ${report.head}`)
    }
    if (report.broken !== null) throw new Exit(1)
  },
})
