// `node run-and-keep.cjs BUNDLE ARG…`: runs BUNDLE.cjs and writes the code of all that ran to BUNDLE.code.
const { readFileSync, writeFileSync } = require('node:fs')
const { Script } = require('node:vm')

const [bundle] = process.argv.splice(2, 1)
const filename = `${bundle}.cjs`
const script = new Script(wrapped(readFileSync(filename, 'latin1')), { filename })
process.once('exit', () => writeFileSync(`${bundle}.code`, script.createCachedData()))
script.runInThisContext()(exports, require, module, filename, require('node:path').dirname(filename))

function wrapped(text) {
  return `(function(exports,require,module,__filename,__dirname){${text}\n})`
}
