import type { WireDiagnostic } from '../../client/index.ts'
import { decodeUtf8, encodeUtf8 } from '../../value/index.ts'
import { atMost } from '../argument-count.ts'
import { checkedValue } from '../checked.ts'
import { type EnvironmentCall, environmentCommand } from '../command.ts'
import { isBlank, valueJson } from '../definition-view.ts'
import {
  draftFlag,
  isDraftId,
  type ReadDefinition,
  readForWrite,
  writeDefinition,
} from '../definition-write.ts'
import { isError, isStrict, printLong, renderLong } from '../diagnostics.ts'
import { type Editor, editText, findEditor } from '../editor.ts'
import { Exit, Failure, prefixed } from '../failure.ts'
import { text, toggle } from '../flags.ts'
import { readSource } from '../read-source.ts'

const flags = {
  editor: text('The editor, instead of VISUAL, EDITOR or vi', { placeholder: 'command' }),
  file: text('Take the definition from a file; `-` is stdin', { short: 'f', placeholder: 'file' }),
  'show-secrets': toggle('Edit with the stored secrets in clear'),
  draft: draftFlag,
}

type Call = EnvironmentCall<typeof flags>

/** `esc env edit`. */
export const command = environmentCommand({
  usage: '<environment>',
  summary: 'Edit a definition in your editor, or replace it with a file',
  description:
    'The editor shows the definition and, below a line `---`, what it evaluates to now; only the definition is saved.',
  examples: [
    'esc env edit acme/web/dev',
    'esc env edit acme/web/dev --file dev.yaml',
    'EDITOR="code -w" esc env edit acme/web/dev',
  ],
  arguments: atMost(1),
  flags,
  refusesVersions: 'edit',
  async run(call) {
    if (call.flags.file !== '') await replaceFromFile(call)
    else await editInEditor(call)
  },
})

async function replaceFromFile(call: Call): Promise<void> {
  const { world, flags } = call
  const source = await prefixed('reading environment definition', () => readSource(world, flags.file))
  const diagnostics = await write(call, { source, etag: '' })
  if (!diagnostics.some(isError)) return
  showDiagnostics(call, source, diagnostics)
  if (isStrict(world)) throw new Exit(1)
}

async function editInEditor(call: Call): Promise<void> {
  const { world, flags, out } = call
  const editor = await findEditor(world, flags.editor)
  if (flags['show-secrets'] && isDraftId(flags.draft)) {
    throw new Failure('--show-secrets is not supported for updating drafts')
  }
  const { source: before, etag } = await readForWrite(call, flags.draft, flags['show-secrets'])
  let source = before
  let diagnostics: readonly WireDiagnostic[] = []
  for (;;) {
    source = await editOnce(call, editor, source, diagnostics)
    if (isBlank(source)) return out.note('Aborting edit due to empty definition.')
    diagnostics = await write(call, { source, etag })
    if (!diagnostics.some(isError)) return
    showDiagnostics(call, source, diagnostics)
    out.note('Press ENTER to continue editing or ^D to exit')
    if ((await world.stdin.readLine()) !== null) continue
    out.note('Aborting edit.')
    if (isStrict(world)) throw new Exit(1)
    return
  }
}

async function editOnce(
  call: Call,
  editor: Editor,
  source: Uint8Array,
  diagnostics: readonly WireDiagnostic[],
): Promise<Uint8Array> {
  const shown = await withEvaluation(call, source, diagnostics)
  const saved = decodeUtf8(await editText(call.world, editor, encodeUtf8(shown)))
  const lines = saved.split(/(?<=\n)/)
  const end = lines.findIndex((line) => /^---\r?\n?$/.test(line))
  return encodeUtf8(end < 0 ? saved : lines.slice(0, end).join(''))
}

/** The definition, then below a line `---` the findings as comments, and what it evaluates to. */
async function withEvaluation(
  call: Call,
  source: Uint8Array,
  diagnostics: readonly WireDiagnostic[],
): Promise<string> {
  const { api, reference } = call
  const definition = decodeUtf8(source)
  const parts = [definition === '' || definition.endsWith('\n') ? definition : `${definition}\n`]
  if (diagnostics.length > 0) {
    const text = renderLong(diagnostics, quotable(call, source))
    parts.push(`---\n${text.trimEnd().replace(/^/gm, '# ')}\n`)
  }
  const checked = isBlank(source)
    ? { diagnostics: [] }
    : await prefixed('getting environment metadata', () =>
        api.checkDefinition(reference.organization, source),
      )
  const value = checkedValue(checked)
  if (value !== null) {
    parts.push(`---\n# What the definition above evaluates to now. This part is not saved.\n\n`)
    parts.push(`${valueJson(value, true)}\n`)
  }
  return parts.join('')
}

async function write(call: Call, definition: ReadDefinition): Promise<readonly WireDiagnostic[]> {
  const { flags, out } = call
  const diagnostics = await writeDefinition(call, definition, flags.draft)
  if (diagnostics.some(isError)) return diagnostics
  showDiagnostics(call, definition.source, diagnostics)
  if (flags.draft === '') out.line('Environment updated.')
  return diagnostics
}

function showDiagnostics(call: Call, source: Uint8Array, diagnostics: readonly WireDiagnostic[]): void {
  printLong(call.out, diagnostics, quotable(call, source))
}

function quotable({ reference }: Call, source: Uint8Array) {
  return { environment: `${reference.project}/${reference.name}`, source }
}
