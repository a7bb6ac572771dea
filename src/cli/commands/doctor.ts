import { AccountFiles } from '../account/account-files.ts'
import { chooseBackend } from '../account/backend.ts'
import { createSession } from '../account/session.ts'
import { exactly } from '../argument-count.ts'
import { type Call, command as define } from '../command.ts'
import { Exit } from '../failure.ts'
import type { FlagTable } from '../flags.ts'

/** `esc doctor`. */
export const command = define({
  usage: '',
  summary: 'Check the set-up and say what to fix',
  description:
    'Looks at the account files, the server, the token and the editor. Exits with 1 when something has to be fixed.',
  examples: ['esc doctor'],
  arguments: exactly(0),
  flags: {},
  async run(call) {
    const failures = [await checkAccount(call), await checkEditor(call)]
      .flat()
      .filter((passed) => !passed).length
    if (failures > 0) throw new Exit(1)
  },
})

type AnyCall = Call<FlagTable>

function report({ out }: AnyCall, passed: boolean, what: string): boolean {
  const mark = passed ? out.colors.green('ok  ') : out.colors.red('FAIL')
  out.painted(`${mark} `)
  out.line(what)
  return passed
}

async function checkAccount(call: AnyCall): Promise<readonly boolean[]> {
  const { world } = call
  const files = new AccountFiles(world)
  try {
    const backend = await chooseBackend(world, files)
    if (backend === null) return [report(call, false, 'no server is chosen; log in with `esc login <url>`')]
    const account = (await files.credentials()).accounts?.[backend]
    if (account === undefined)
      return [report(call, false, `no account for ${backend}; log in with \`esc login ${backend}\``)]
    report(call, true, `account for ${backend}, stored for you alone`)
    return await checkServer(call, files, backend)
  } catch (error) {
    return [report(call, false, (error as Error).message)]
  }
}

async function checkServer(call: AnyCall, files: AccountFiles, backend: string): Promise<readonly boolean[]> {
  const { world } = call
  const account = (await files.credentials()).accounts?.[backend] ?? { accessToken: '' }
  const session = await createSession(world, files, backend, account)
  try {
    const started = world.clock.now()
    const user = await session.api.user()
    const took = world.clock.now() - started
    const passed = report(call, true, `the server answers in ${took} ms; you are ${user.githubLogin}`)
    const environments = await session.api.listEnvironments()
    return [passed, report(call, true, `${environments.length} environments can be seen`)]
  } catch (error) {
    return [report(call, false, `${backend}: ${(error as Error).message}`)]
  }
}

async function checkEditor(call: AnyCall): Promise<boolean> {
  const { findEditor } = await import('../editor.ts')
  try {
    const { path } = await findEditor(call.world, '')
    return report(call, true, `the editor is ${path}`)
  } catch (error) {
    // An editor is needed for `esc env edit` alone, so its absence is told but nothing is broken.
    report(call, true, `no editor (${(error as Error).message}); only \`esc env edit\` needs one`)
    return true
  }
}
