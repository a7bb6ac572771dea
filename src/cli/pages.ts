import { encodeUtf8 } from '../value/index.ts'
import { text } from './flags.ts'
import type { Output } from './output.ts'
import { escapeControls } from './terminal-text.ts'
import type { World } from './world.ts'

/** `--pager`. */
export const pagerFlag = text('The program that shows long output a page at a time, instead of PAGER', {
  placeholder: 'command',
})

/** Shows a text through the pager on a terminal, else prints it. */
export async function showPaged(world: World, out: Output, pager: string, content: string): Promise<void> {
  const program = pager || world.processEnv['PAGER'] || 'less -R -F'
  if (content === '' || !world.stdout.isTerminal) out.write(content)
  else if (!(await world.page(program, encodeUtf8(escapeControls(content))))) out.write(content)
}
