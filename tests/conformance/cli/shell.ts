import {
  type AndOr,
  type Command,
  type List,
  parseScript,
  type Pipeline,
  type Redirect,
  type Test,
  unescape,
  type Word,
} from './shell-syntax.ts'

/** Where a command reads and writes. */
export interface Streams {
  readonly stdin: Uint8Array
  readonly stdout: (bytes: Uint8Array) => void
  readonly stderr: (bytes: Uint8Array) => void
}

/** What a script runs in. `variables` changes as the script runs. */
export interface ShellWorld {
  readonly files: Map<string, Uint8Array>
  /** Programs by name; null for one that does not exist. */
  readonly program: (name: string) => ((args: readonly string[], streams: Streams) => Promise<number>) | null
}

interface Scope {
  readonly world: ShellWorld
  readonly variables: Map<string, string>
  readonly parameters: readonly string[]
}

/** Thrown by `exit N` and, under `-e`, by a failing command. */
class ScriptEnd extends Error {
  readonly code: number
  constructor(code: number) {
    super(`exit ${code}`)
    this.code = code
  }
}

/**
 * Runs a script with the options `-e` and `-u` and gives its exit code.
 *
 * @throws Error for what is no part of the small language, and for a command that does not exist
 */
export async function runScript(
  script: string,
  world: ShellWorld,
  streams: Streams,
  options: { variables: ReadonlyMap<string, string>; parameters: readonly string[] },
): Promise<number> {
  const scope = { world, variables: new Map(options.variables), parameters: options.parameters }
  try {
    await runList(parseScript(script), scope, streams)
    return 0
  } catch (error) {
    if (error instanceof ScriptEnd) return error.code
    throw error
  }
}

async function runList(list: List, scope: Scope, streams: Streams): Promise<number> {
  let code = 0
  for (const item of list) code = await runAndOr(item, scope, streams)
  return code
}

/** A failure ends the script unless something stands to its right that looks at it. */
async function runAndOr({ first, rest }: AndOr, scope: Scope, streams: Streams): Promise<number> {
  let code = await runPipeline(first, scope, streams)
  let last = first
  for (const { operator, pipeline } of rest) {
    if ((operator === '&&') !== (code === 0)) continue
    code = await runPipeline(pipeline, scope, streams)
    last = pipeline
  }
  if (code !== 0 && last === (rest.at(-1)?.pipeline ?? first)) throw new ScriptEnd(code)
  return code
}

async function runPipeline(pipeline: Pipeline, scope: Scope, streams: Streams): Promise<number> {
  let stdin = streams.stdin
  let code = 0
  for (const [at, command] of pipeline.entries()) {
    if (at === pipeline.length - 1) {
      code = await runCommand(command, scope, { ...streams, stdin })
    } else {
      const chunks: Uint8Array[] = []
      await runCommand(command, scope, { ...streams, stdin, stdout: (bytes) => chunks.push(bytes) })
      stdin = Buffer.concat(chunks)
    }
  }
  return code
}

async function runCommand(command: Command, scope: Scope, streams: Streams): Promise<number> {
  if (command.kind === 'simple') return runSimple(command.words, command.redirects, scope, streams)
  if (command.kind === 'if') {
    return (await differs(command.test, scope, streams)) ? runList(command.body, scope, streams) : 0
  }
  try {
    return await runList(command.body, { ...scope, variables: new Map(scope.variables) }, streams)
  } catch (error) {
    if (error instanceof ScriptEnd) return error.code
    throw error
  }
}

/** `-ne`; a text that is no integer counts as 0. */
async function differs({ left, right }: Test, scope: Scope, streams: Streams): Promise<boolean> {
  const value = async (word: Word) => {
    const text = (await expandWord(word, scope, streams)).join(' ')
    return /^[+-]?\d+$/.test(text) ? Number(text) : 0
  }
  return (await value(left)) !== (await value(right))
}

async function runSimple(
  words: readonly Word[],
  redirects: readonly Redirect[],
  scope: Scope,
  streams: Streams,
): Promise<number> {
  const expanded: string[] = []
  for (const word of words) expanded.push(...(await expandWord(word, scope, streams)))
  const { files } = scope.world
  let { stdin, stdout } = streams
  const outputs: { file: string; chunks: Uint8Array[] }[] = []
  for (const { operator, target } of redirects) {
    const file = (await expandWord(target, scope, streams)).join(' ')
    if (operator === '<') {
      const content = files.get(file)
      if (content === undefined) throw new Error(`${file}: No such file or directory`)
      stdin = content
    } else {
      const output = { file, chunks: [] as Uint8Array[] }
      outputs.push(output)
      stdout = (bytes) => output.chunks.push(bytes)
    }
  }
  const [name = '', ...args] = expanded
  const code = name === '' ? 0 : await runNamed(name, args, scope, { ...streams, stdin, stdout })
  for (const { file, chunks } of outputs) files.set(file, Buffer.concat(chunks))
  return code
}

async function runNamed(
  name: string,
  args: readonly string[],
  scope: Scope,
  streams: Streams,
): Promise<number> {
  const print = (text: string) => streams.stdout(Buffer.from(text))
  switch (name) {
    case 'echo':
      print(echoText(args))
      return 0
    case 'printf':
      print(printfText(args))
      return 0
    case 'exit':
      throw new ScriptEnd(Number(args[0] ?? 0))
    case 'source':
      source(args[0] ?? '', scope)
      return 0
    case 'true':
      return 0
    case 'false':
      return 1
    default: {
      const program = scope.world.program(name)
      if (program === null) throw new Error(`${name}: command not found`)
      return program(args, streams)
    }
  }
}

function echoText(args: readonly string[]): string {
  let newline = true
  let interpret = false
  let at = 0
  for (; /^-[ne]+$/.test(args[at] ?? ''); at += 1) {
    newline &&= !args[at]?.includes('n')
    interpret ||= args[at]?.includes('e') ?? false
  }
  const text = args.slice(at).join(' ')
  return `${interpret ? unescape(text) : text}${newline ? '\n' : ''}`
}

function printfText([format = '', ...args]: readonly string[]): string {
  let next = 0
  return unescape(format).replace(/%[s%]/g, (directive) => (directive === '%%' ? '%' : (args[next++] ?? '')))
}

/** Lines `export NAME=value`, the value as the rest of the line without its quotes. */
function source(file: string, { world, variables }: Scope): void {
  const content = world.files.get(file)
  if (content === undefined) throw new Error(`source: ${file}: No such file or directory`)
  for (const line of Buffer.from(content).toString().split('\n')) {
    const [, name, value = ''] = /^\s*(?:export\s+)?([A-Za-z_]\w*)=(.*)$/.exec(line) ?? []
    if (name !== undefined) variables.set(name, value.replace(/^(['"])(.*)\1$/, '$2'))
  }
}

/** The fields of a word: what was not quoted is split at blanks. */
async function expandWord(word: Word, scope: Scope, streams: Streams): Promise<readonly string[]> {
  const fields: string[] = []
  let field = ''
  let open = word.quoted
  for (const piece of word.pieces) {
    if (piece.kind === 'text') {
      field += piece.text
      open = true
      continue
    }
    const value =
      piece.kind === 'variable' ? lookUp(piece.name, scope) : await substitute(piece.script, scope, streams)
    if (piece.quoted) {
      field += value
      continue
    }
    const parts = value.split(/[ \t\n]+/)
    for (const [at, part] of parts.entries()) {
      if (at > 0) {
        if (open || field !== '') fields.push(field)
        field = ''
        open = false
      }
      field += part
    }
  }
  if (open || field !== '') fields.push(field)
  return fields
}

function lookUp(name: string, { variables, parameters }: Scope): string {
  if (name === '*' || name === '@') return parameters.join(' ')
  const value = /^\d$/.test(name) ? parameters[Number(name) - 1] : variables.get(name)
  if (value === undefined) throw new Error(`${name}: unbound variable`)
  return value
}

async function substitute(script: List, scope: Scope, streams: Streams): Promise<string> {
  const chunks: Uint8Array[] = []
  const inner = { ...scope, variables: new Map(scope.variables) }
  try {
    await runList(script, inner, { ...streams, stdout: (bytes) => chunks.push(bytes) })
  } catch (error) {
    if (!(error instanceof ScriptEnd)) throw error
  }
  return Buffer.concat(chunks).toString().replace(/\n+$/, '')
}
