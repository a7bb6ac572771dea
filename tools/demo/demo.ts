// `npm run demo [-- --keep | --json]`: the whole walk on one machine, with real parts throughout.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createNarrator } from './narrator.ts'
import { freePort, type Running } from './process.ts'
import { account, cleanEnvironment, startServers } from './servers.ts'
import { walk } from './walk.ts'

const usage = `usage: npm run demo [-- --keep | --json]

  --keep   leave both servers running and say how to go on
  --json   print one JSON object with the facts of each step, and nothing else`

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { keep: { type: 'boolean' }, json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
  })
  if (values.help) {
    console.log(usage)
    return 0
  }
  const json = values.json === true
  const keep = values.keep === true
  const narrator = createNarrator({ json, color: process.stdout.isTTY === true && !process.env['NO_COLOR'] })
  const started = performance.now()
  const folder = await mkdtemp(join(tmpdir(), 'openesc-demo-'))
  const running: Running[] = []
  let failure: unknown = null
  try {
    await runDemo({ folder, running, narrator, keep })
  } catch (error) {
    failure = error
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  const kept = keep && failure === null
  if (!kept) {
    await Promise.all(running.map((program) => program.stop()))
    await rm(folder, { recursive: true, force: true })
  }
  const message = failure instanceof Error ? failure.message : failure === null ? null : String(failure)
  if (json) {
    console.log(
      JSON.stringify(
        {
          ok: failure === null,
          seconds: Number(seconds),
          steps: narrator.steps,
          ...(message === null ? {} : { error: message }),
        },
        null,
        2,
      ),
    )
  } else if (message === null) {
    console.log(`\n${summary(seconds, narrator.steps.length)}`)
    if (kept) console.log(goOn(folder, running))
  } else {
    console.error(`\nthe demo stopped in step ${narrator.steps.length + 1}: ${message}`)
  }
  return failure === null ? 0 : 1
}

async function runDemo(demo: {
  folder: string
  running: Running[]
  narrator: ReturnType<typeof createNarrator>
  keep: boolean
}): Promise<void> {
  const { folder, running, narrator, keep } = demo
  const env = cleanEnvironment(join(folder, 'home'))
  const [serverPort, sandboxPort] = [await freePort(), await freePort()]
  const servers = await startServers({ folder, serverPort, sandboxPort, env, running, detached: keep })
  narrator.note(`server ${servers.serverUrl}, AWS sandbox ${servers.sandboxUrl}, data in ${folder}`)
  await walk({ ...servers, account, home: join(folder, 'home'), env, narrator })
}

function summary(seconds: string, steps: number): string {
  return `${steps} steps in ${seconds} s: our issuer signed, the sandbox verified and decided, one environment got one-hour
credentials, another was refused with the reason, and no long-lived key exists anywhere.`
}

function goOn(folder: string, running: readonly Running[]): string {
  return `
Both servers stay up. Go on with:
  export PULUMI_HOME=${join(folder, 'home', '.pulumi')}
  ./bin/esc env ls
  ./bin/esc env open acme/my-environment
  curl ${running[0]?.url ?? ''}
When done:
  kill ${running.map(({ pid }) => pid).join(' ')} && rm -r ${folder}`
}

process.exitCode = await main()
if (process.argv.includes('--keep')) process.exit()
