import { type ExportedValue, encodeUtf8 } from '../../value/index.ts'
import { anyCount } from '../argument-count.ts'
import { childEnvironment } from '../child-environment.ts'
import { environmentCommand } from '../command.ts'
import { hours } from '../duration.ts'
import { Exit, Failure, prefixed } from '../failure.ts'
import { duration, text, texts, toggle } from '../flags.ts'
import type { InterpolatedArgument } from '../interpolate-argument.ts'
import { openAndRead } from '../opened.ts'
import { Redactor } from '../redact.ts'
import { type Variable, variablesOf } from '../variables.ts'
import type { Child, ChildEnd, ChildOutput, Sink, World } from '../world.ts'

const flags = {
  interactive: toggle('Leave the output of the command alone, secrets in clear', { short: 'i' }),
  lifetime: duration('How long the opened environment can be read', { short: 'l', initial: hours(2) }),
  draft: text('Open the draft with this change request id', { placeholder: 'change-request-id' }),
  'allow-env': texts(
    'Let the command get this variable, though it can run or redirect programs; may be repeated',
    {
      placeholder: 'name',
    },
  ),
  'keep-exit-code': toggle('Exit with the code of the command, 128 + n when signal n ended it'),
}

/** `esc env run`, also `esc run`. */
export const command = environmentCommand({
  usage: '<environment>[@<version>] [--] <command> [<argument>...]',
  summary: 'Run a command with an environment opened',
  description: `The command gets the environment's environmentVariables, and for each of its files a temporary file whose
path stands in a variable. \${path} in an argument is replaced with the value there. Secrets in the output of
the command are replaced with [secret], line by line, unless --interactive is given.

Variables that can make a program run or reach something else (LD_PRELOAD, PATH, HTTPS_PROXY, …) are refused unless
--allow-env, or OPENESC_ALLOW_ENV with names parted by commas, allows them. PULUMI_ACCESS_TOKEN is not handed on to
the command unless it is allowed in the same way.

No shell is involved. A command that fails makes esc fail with exit code 1; --keep-exit-code (or the variable
OPENESC_KEEP_EXIT_CODE=1) exits with the command's own code. When the definition has errors the command is not
started; OPENESC_STRICT=1 makes that exit code 1 too.`,
  examples: [
    'esc run acme/web/dev -- npm start',
    "esc run acme/web/dev -- sh -c 'echo $AWS_REGION'",
    `esc run acme/web/dev -- curl -H 'Authorization: Bearer \${api.token}' https://example.com`,
    'esc run -i acme/web/dev -- psql',
  ],
  arguments: anyCount,
  flags,
  missing: 'no environment specified',
  beforeDashesOnly: true,
  async run(call) {
    const { args, world } = call
    const [name, ...rest] = args
    if (name === undefined) throw new Failure('no command specified')
    const path = await prefixed('resolving command', () => world.lookPath(name))
    const opened = await openAndRead(call, call.flags)
    if (opened === null) return
    const files = await writeFiles(world, variablesOf(opened, 'files'))
    try {
      const plan = await planChild(opened, {
        path,
        args: rest,
        files,
        world,
        allowed: allowedNames(world, call.flags['allow-env']),
      })
      const end = await runChild(world, plan, call.flags.interactive)
      finish(end, call.flags['keep-exit-code'] || world.processEnv['OPENESC_KEEP_EXIT_CODE'] === '1')
    } finally {
      for (const file of files) await world.files.remove(file.text)
    }
  },
})

function allowedNames({ processEnv }: World, named: readonly string[]): readonly string[] {
  return [...named, ...(processEnv['OPENESC_ALLOW_ENV'] ?? '').split(',').map((name) => name.trim())]
}

/** A file's variable: `text` is its path. */
interface WrittenFile extends Variable {
  readonly content: string
}

/** Writes each file and gives the variables that hold their paths, in order of name. */
async function writeFiles(world: World, files: readonly Variable[]): Promise<readonly WrittenFile[]> {
  const written: WrittenFile[] = []
  for (const file of files) {
    const path = await world.temporary.create('esc-*', encodeUtf8(file.text), { lasting: false })
    written.push({ ...file, text: path, content: file.text })
  }
  return written
}

interface Plan {
  readonly path: string
  readonly args: readonly string[]
  readonly processEnv: Readonly<Record<string, string>>
  readonly secrets: ReadonlySet<string>
}

async function planChild(
  opened: ExportedValue,
  parts: {
    readonly path: string
    readonly args: readonly string[]
    readonly files: readonly WrittenFile[]
    readonly world: World
    readonly allowed: readonly string[]
  },
): Promise<Plan> {
  const variables = variablesOf(opened, 'environmentVariables')
  const processEnv = childEnvironment(
    parts.world.processEnv,
    [...variables, ...parts.files],
    new Set(parts.allowed),
  )
  const args = await interpolated(parts.args, opened)
  const secrets = new Set([
    ...variables.filter((variable) => variable.secret).map((variable) => variable.text),
    ...parts.files.filter((file) => file.secret).map((file) => file.content),
    ...args.flatMap((argument) => argument.secrets),
  ])
  return { path: parts.path, args: args.map((argument) => argument.text), processEnv, secrets }
}

/** Most commands interpolate nothing, and then need no parser of the language. */
async function interpolated(
  args: readonly string[],
  opened: ExportedValue,
): Promise<readonly InterpolatedArgument[]> {
  if (!args.some((argument) => argument.includes('${'))) return args.map((text) => ({ text, secrets: [] }))
  const { interpolateArgument } = await import('../interpolate-argument.ts')
  return args.map((argument) => interpolateArgument(argument, opened))
}

async function runChild(world: World, plan: Plan, interactive: boolean): Promise<ChildEnd> {
  const { path, args, processEnv, secrets } = plan
  const child = (stdout: Child['stdout'], stderr: Child['stderr']) =>
    world.spawn({ path, args, processEnv, stdout, stderr })
  if (interactive) return child('inherit', 'inherit')
  const [stdout, stderr] = [redactedInto(world.stdout, secrets), redactedInto(world.stderr, secrets)]
  const end = await child(stdout.take, stderr.take)
  stdout.flush()
  stderr.flush()
  return end
}

function redactedInto(sink: Sink, secrets: ReadonlySet<string>) {
  const redactor = new Redactor(secrets, (bytes) => sink.write(bytes))
  const take: ChildOutput = (chunk) => {
    redactor.push(chunk)
    return sink.isGone === true ? 'gone' : 'more'
  }
  return { take, flush: () => redactor.flush() }
}

function finish({ code, signal }: ChildEnd, keepCode: boolean): void {
  // Whoever closed the pipe knows why the command ended; a shell says nothing of it either.
  if (signal?.name === 'SIGPIPE') throw new Exit(128 + signal.number)
  if (keepCode) {
    const own = signal === null ? code : 128 + signal.number
    if (own !== 0) throw new Exit(own)
  } else if (signal !== null) throw new Failure(`signal: ${signalWord(signal.name)}`)
  else if (code !== 0) throw new Failure(`exit status ${code}`)
}

const signalWords: Readonly<Record<string, string>> = {
  SIGHUP: 'hangup',
  SIGINT: 'interrupt',
  SIGQUIT: 'quit',
  SIGABRT: 'aborted',
  SIGKILL: 'killed',
  SIGSEGV: 'segmentation fault',
  SIGPIPE: 'broken pipe',
  SIGTERM: 'terminated',
}

function signalWord(name: string): string {
  return signalWords[name] ?? name
}
