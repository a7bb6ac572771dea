import {
  checkSource,
  createChecker,
  explainValue,
  formatExplanation,
  whyMissing,
} from '../../analysis/index.ts'
import type { EvaluationHost } from '../../eval/index.ts'
import { formatPropertyPath } from '../../value/index.ts'
import { between } from '../argument-count.ts'
import { type Call, type Command, environmentCommand, command as fileCommand } from '../command.ts'
import { Failure } from '../failure.ts'
import { callerFacts, fileLoader, isFileArgument, localHost, storedLoader } from '../local-evaluation.ts'
import { outputFlag, wantsJson } from '../output-flag.ts'
import { pathArgument } from '../property-path-argument.ts'
import { readSource } from '../read-source.ts'
import { atVersion, fullName } from '../reference.ts'

const flags = { output: outputFlag }

const declaration = {
  usage: '<environment>[@<version>]|<file> [<property path>]',
  summary: 'Tell where a value comes from',
  description: `Shows the text that a value is written in, the imports that bring it here, what it refers to and what it
hides, each with file, line and column. No provider is asked and no secret opened: secrets print as [secret],
what only opening can tell as [unknown].

Imports of a file are looked for as files: web/base as web/base.yaml beside it or one folder up.`,
  examples: [
    'esc env explain acme/web/dev db.host',
    'esc env explain acme/web/dev environmentVariables.DB_URL --output json',
    'esc env explain environments/web/dev.yaml db.host',
  ],
  arguments: between(1, 2),
  flags,
}

const stored = environmentCommand({
  ...declaration,
  async run(call) {
    const { api, reference, session } = call
    const { source } = await api.readDefinition(reference, atVersion(reference))
    const { githubLogin } = await session.api.user()
    const host = await localHost(
      storedLoader(api, reference.organization),
      callerFacts(githubLogin, reference.organization),
    )
    await explain(
      call,
      `${reference.project}/${reference.name}`,
      source,
      host,
      fullName(reference),
      call.args,
    )
  },
})

const local = fileCommand({
  ...declaration,
  async run(call) {
    const [file = '', ...args] = call.args
    const source = await readSource(call.world, file)
    await explain(call, file, source, await localHost(fileLoader(call.world, file)), file, args)
  },
})

/** `esc env explain`. */
export const command: Command = {
  ...stored,
  execute: async (input) => {
    const isFile = input.reference === null && isFileArgument(input.parsed.positionals[0] ?? '')
    await (isFile ? local : stored).execute(input)
  },
}

async function explain(
  { out, flags }: Call<typeof declaration.flags>,
  name: string,
  source: Uint8Array,
  host: EvaluationHost,
  typed: string,
  args: readonly string[],
): Promise<void> {
  const asJson = wantsJson(flags.output)
  const path = args[0] === undefined ? [] : pathArgument(args[0], `invalid property path ${args[0]}`)
  const { checked, findings } = await checkSource(name, source, host)
  if (checked === null) throw new Failure(findings[0] ?? `${typed} holds no values`)
  for (const finding of findings) out.note(out.errorColors.yellow(finding))
  const explanation = await explainValue(checked, path, createChecker(host))
  if (explanation === null) {
    const why = whyMissing(checked, path)
    throw new Failure(`${typed} has no value at ${formatPropertyPath(path)}${why}`)
  }
  if (asJson) out.json(explanation)
  else out.line(formatExplanation(explanation))
}
