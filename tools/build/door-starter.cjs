// The shipped `DOOR.cjs`, which `DOOR.js` hands on to ES modules: runs the bundle beside it, with the code that the build
// compiled for it where this is the Node that compiled it. Where there is no such code, as in a package from a registry, the
// bundle is required as any file is: a compile cache that the program has enabled then serves it too.
const { readFileSync } = require('node:fs')

const code = compiled(`${__dirname}/DOOR.code`)
if (code === undefined) module.exports = require('./DOOR-bundle.cjs')
else {
  const filename = `${__dirname}/DOOR-bundle.cjs`
  const text = `(function(exports,require,module,__filename,__dirname){${readFileSync(filename, 'latin1')}\n})`
  const { Script } = require('node:vm')
  const script = new Script(text, { filename, cachedData: code })
  script.runInThisContext()(exports, require, module, filename, __dirname)
}

function compiled(path) {
  try {
    return readFileSync(path)
  } catch {
    return undefined
  }
}
