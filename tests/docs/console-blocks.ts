/** A fenced block of a page that shows commands with their output: everything between the fences. */
export interface ConsoleBlock {
  readonly body: string
  /** How many lines of output are shown for each command; the rest is `...`. */
  readonly mostLines: number
}

const fence = /^```console( lines=(\d+))?\n([\s\S]*?)^```$/gm

/** Runs one command line as typed and gives what the terminal would show. */
export type RunLine = (line: string) => Promise<string>

/**
 * A page with the output of every command in its `console` blocks replaced by what a run gives, in the page's order. A command is
 * a line that begins with `$ `; a line that ends with `\` goes on.
 */
export async function runConsoleBlocks(page: string, run: RunLine): Promise<string> {
  let result = ''
  let end = 0
  for (const found of page.matchAll(fence)) {
    const [whole, options = '', lines = '', body = ''] = found
    const block = { body, mostLines: lines === '' ? Number.POSITIVE_INFINITY : Number(lines) }
    result += `${page.slice(end, found.index)}\`\`\`console${options}\n${await runBlock(block, run)}\`\`\``
    end = found.index + whole.length
  }
  return result + page.slice(end)
}

/** The commands of a block as they are written, continuation lines joined in `line`. */
export function commandsOf(body: string): readonly { readonly shown: string; readonly line: string }[] {
  return [...body.matchAll(/^\$ (?:.*\\\n)*.*\n/gm)].map(([shown]) => ({
    shown,
    line: shown
      .slice(2)
      .replaceAll(/\\\n\s*/g, '')
      .trim(),
  }))
}

async function runBlock({ body, mostLines }: ConsoleBlock, run: RunLine): Promise<string> {
  let result = ''
  for (const { shown, line } of commandsOf(body)) {
    const output = (await run(line)).replace(/\n*$/, '')
    const lines = output === '' ? [] : output.split('\n')
    const kept = lines.length > mostLines ? [...lines.slice(0, mostLines), '...'] : lines
    result += [shown.trimEnd(), ...kept, ''].join('\n')
  }
  return result
}

/** The words of a command line as a POSIX shell takes them apart: quotes, no expansion. */
export function wordsOf(line: string): readonly string[] {
  return [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    ([, single, double, bare]) => single ?? double ?? bare ?? '',
  )
}
