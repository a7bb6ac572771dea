import type { Output } from './output.ts'
import type { World } from './world.ts'

/** Whether the user has typed `word`, or `PULUMI_SKIP_CONFIRMATIONS` says that nobody is to be asked. */
export async function confirmed(world: World, out: Output, warning: string, word: string): Promise<boolean> {
  if (skipsConfirmations(world)) return true
  out.painted(`${out.colors.yellow(warning)}\n`)
  out.write(`Please confirm that this is what you'd like to do by typing \`${word}\`: `)
  return (await world.stdin.readLine())?.trim() === word
}

function skipsConfirmations(world: World): boolean {
  return ['1', 'true'].includes((world.processEnv['PULUMI_SKIP_CONFIRMATIONS'] ?? '').toLowerCase())
}
