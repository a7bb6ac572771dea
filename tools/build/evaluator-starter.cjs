// The shipped `evaluator.cjs`, which every worker of the evaluator pool begins with: runs the bundle beside it, with the code that
// the build compiled for it. The bundle gets three modules of Node and no other: it has no file, no network and no process.
const { readFileSync, writeFileSync } = require('node:fs')
const { Script } = require('node:vm')
const { parentPort, workerData } = require('node:worker_threads')

const filename = `${__dirname}/evaluator-bundle.cjs`
const script = new Script(
  `(function(exports,require,module,__filename,__dirname){${readFileSync(filename, 'latin1')}\n})`,
  { filename, cachedData: compiled(`${__dirname}/evaluator-bundle.code`) },
)
// Only the build asks for it, and it looks at nothing that is evaluated.
if (workerData?.keep !== undefined)
  parentPort.on('message', (message) => {
    if (message !== 'keep') return
    writeFileSync(workerData.keep, script.createCachedData())
    parentPort.close()
  })
script.runInThisContext()({}, allowed, {}, filename, __dirname)

function allowed(name) {
  if (['node:buffer', 'node:url', 'node:util', 'node:worker_threads'].includes(name)) return require(name)
  throw new Error(`an evaluator has no use for ${name}`)
}

function compiled(path) {
  try {
    return readFileSync(path)
  } catch {
    return undefined
  }
}
