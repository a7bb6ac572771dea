import { encodeUtf8 } from '../../value/index.ts'
import { exactly } from '../argument-count.ts'
import { command as define } from '../command.ts'
import { commandHelp, groupHelp } from '../help.ts'
import { flagsOf, persistentFlags } from '../run-cli.ts'
import { type Entry, root } from '../tree.ts'

/** `esc gen-docs <directory>`: a Markdown page for every command and group, as their help says it. */
export const command = define({
  usage: '<directory>',
  summary: 'Write the reference of all commands as Markdown',
  examples: ['esc gen-docs docs/reference/cli'],
  arguments: exactly(1),
  flags: {},
  async run({ args, world, out }) {
    const [directory = '.'] = args
    await world.files.makeDirectory(directory, 0o755)
    const pages = await pagesOf(root, [root.name])
    for (const { path, help } of pages) {
      const page = `# ${path.join(' ')}\n\n\`\`\`\n${help.trimEnd()}\n\`\`\`\n`
      await world.files.write(`${directory}/${path.join('_')}.md`, encodeUtf8(page), 0o644)
    }
    out.line(`${pages.length} pages written to ${directory}`)
  },
})

interface Page {
  readonly path: readonly string[]
  readonly help: string
}

async function pagesOf(entry: Entry, path: readonly string[]): Promise<readonly Page[]> {
  const pages: Page[] = []
  if (entry.load === undefined) pages.push({ path, help: groupHelp(entry, path, persistentFlags(path)) })
  else {
    const { command } = await entry.load()
    pages.push({ path, help: commandHelp(command, entry, path, flagsOf(command, path)) })
  }
  for (const child of entry.children ?? []) {
    if (!child.hidden) pages.push(...(await pagesOf(child, [...path, child.name])))
  }
  return pages
}
