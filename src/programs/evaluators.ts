import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import {
  createEvaluatorPool,
  type EvaluatorPool,
  type PoolOptions,
  type StartThread,
  type ThreadEnd,
} from '../evaluator/index.ts'
import type { Metrics } from './metrics.ts'

/** The bounds of evaluations that an operator sets. */
export type EvaluatorSettings = Pick<PoolOptions, 'workers' | 'milliseconds' | 'heapMebibytes'>

/** Workers of this process that evaluate definitions. */
export function startEvaluators(
  settings: EvaluatorSettings,
  log: PoolOptions['log'] = () => {},
): EvaluatorPool {
  return createEvaluatorPool({
    ...settings,
    log,
    startThread: threadStarter(settings),
    nowMs: () => performance.now(),
  })
}

/** Makes known how busy the workers are, and how many evaluations were ended at which bound since the start. */
export function gaugesOf(pool: EvaluatorPool, metrics: Pick<Metrics, 'gauge'>): void {
  const { gauge } = metrics
  gauge('openesc_evaluators_busy', 'Workers that evaluate a definition now.', () => pool.state().busy)
  gauge('openesc_evaluations_waiting', 'Evaluations that wait for a worker.', () => pool.state().waiting)
  gauge('openesc_evaluations_ended', 'Evaluations ended at a bound since the start, by which.', () => {
    return new Map(Object.entries(pool.state().killed))
  })
  const madeWay = 'Evaluations that were put back into their line to make way for others, since the start.'
  gauge('openesc_evaluations_made_way', madeWay, () => pool.state().madeWay)
}

/** The bundle has its worker beside it; a source file has its source. */
const entry = ['./evaluator.cjs', './evaluator.ts']
  .map((name) => new URL(name, import.meta.url))
  .find((url) => existsSync(fileURLToPath(url)))

function threadStarter({ heapMebibytes }: EvaluatorSettings): StartThread {
  return ({ message, ended }) => {
    if (entry === undefined) throw new Error('the program of the evaluator is missing beside this one')
    const worker = new Worker(entry, {
      argv: [],
      env: {},
      // The program freezes the language's own objects itself: Node's flag takes many times as long and is experimental.
      execArgv: [],
      stdin: false,
      stdout: true,
      stderr: true,
      resourceLimits: { maxOldGenerationSizeMb: heapMebibytes, maxYoungGenerationSizeMb: 16, stackSizeMb: 4 },
      name: 'evaluator',
    })
    let why: ThreadEnd = 'stopped'
    worker.on('message', message)
    worker.on('error', (error: Error & { readonly code?: string }) => {
      why = error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'memory' : 'fault'
    })
    worker.on('exit', () => ended(why))
    return {
      post: (sent) => worker.postMessage(sent),
      cpuMilliseconds: async () => {
        const used = await Promise.race([worker.cpuUsage(), afterwards(200)]).catch(() => null)
        return used === null ? null : (used.user + used.system) / 1000
      },
      hold: (isHeld) => (isHeld ? worker.ref() : worker.unref()),
      terminate: () => worker.terminate(),
    }
  }
}

function afterwards(milliseconds: number): Promise<null> {
  return new Promise((resolve) => setTimeout(() => resolve(null), milliseconds).unref())
}
