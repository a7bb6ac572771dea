// The shipped `esc.cjs`: runs the bundle that holds the command, with the code that the build compiled for it where this is
// the Node that compiled it. Any other Node refuses that code and compiles the text; nothing else differs.
const { readFileSync } = require('node:fs')
const { Script } = require('node:vm')

const [first, second] = process.argv.slice(2)
const name = QUICK.includes(first === 'env' ? `${first} ${second}` : first) ? 'quick' : 'all'
const filename = `${__dirname}/${name}.cjs`
const script = new Script(wrapped(readFileSync(filename, 'latin1')), {
  filename,
  cachedData: compiled(`${__dirname}/${name}.code`),
})
script.runInThisContext()(exports, require, module, filename, __dirname)

function compiled(path) {
  try {
    return readFileSync(path)
  } catch {
    return undefined
  }
}

/** The function that Node makes of a CommonJS file; `run-and-keep.cjs` compiles the same text. */
function wrapped(text) {
  return `(function(exports,require,module,__filename,__dirname){${text}\n})`
}
