// What the bundles need beyond esbuild's own options. Plain JavaScript, as `build.mjs` is.
import { readFileSync } from 'node:fs'

/** What people wait for many times a day. The rest of the command line is many times as much to compile. */
export const quickCommands = {
  version: 'version',
  login: 'login',
  whoami: 'whoami',
  open: 'env-open',
  run: 'env-run',
  'env open': 'env-open',
  'env run': 'env-run',
  'env ls': 'env-ls',
}

/** Servers, the word lists behind one guess and the layout of pictures are bundles of their own: a short command never parses them. */
export const programsApart = {
  name: 'programs-apart',
  setup(build) {
    build.onResolve({ filter: /^zxcvbn$/ }, (args) =>
      args.kind === 'dynamic-import' ? { path: './zxcvbn.cjs', external: true } : null,
    )
    build.onResolve({ filter: /picture\/index\.ts$/ }, (args) =>
      args.kind === 'dynamic-import' ? { path: './picture.cjs', external: true } : null,
    )
    build.onResolve({ filter: /programs\/(server|sandbox|maintenance|aws-account)\.ts$/ }, (args) => {
      if (args.kind !== 'dynamic-import') return null
      const name = /programs\/([\w-]+)\.ts$/.exec(args.path)[1]
      return { path: `./${name}.cjs`, external: true }
    })
  },
}

const dynamicImport = /\bimport\('(\.[^']*\.ts)'\)/g
const requireOnUse = /createRequire\(import\.meta\.url\)\('/g

/**
 * The `require` of a source file, which is an ES module, becomes the bundle's own: what it names is bundled, and still
 * runs only when it is asked for.
 */
export const requiredOnUse = {
  name: 'required-on-use',
  setup(build) {
    build.onLoad({ filter: /\/src\/.*\.ts$/ }, ({ path }) => {
      const source = readFileSync(path, 'utf8')
      return source.includes('createRequire(import.meta.url)(')
        ? { contents: withRequire(source), loader: 'ts' }
        : null
    })
  },
}

function withRequire(source) {
  return source
    .replace(requireOnUse, "require('")
    .replace("import { createRequire } from 'node:module'\n", '')
}

/**
 * Joins the daily commands and all they load later into one flat file, and leaves the other commands out.
 *
 * A module that is imported later is wrapped in a function by the bundler, and with it all that it imports: the engine then
 * reads that code twice. Imported at once, it is read once.
 */
export const quickOnly = {
  name: 'quick-only',
  setup(build) {
    const quickFiles = new Set(Object.values(quickCommands).map((file) => `./commands/${file}.ts`))
    const isApart = (path) =>
      path.includes('/programs/') || (path.includes('/commands/') && !quickFiles.has(path))
    build.onLoad({ filter: /\/src\/.*\.ts$/ }, ({ path }) => {
      const imports = new Map()
      const body = withRequire(readFileSync(path, 'utf8')).replace(dynamicImport, (whole, wanted) => {
        if (isApart(wanted)) return whole
        if (!imports.has(wanted)) imports.set(wanted, `joined${imports.size}`)
        return `Promise.resolve(${imports.get(wanted)})`
      })
      const lines = [...imports].map(([wanted, name]) => `import * as ${name} from '${wanted}';`)
      return { contents: lines.join('') + body, loader: 'ts' }
    })
    build.onResolve({ filter: /commands\/[\w-]+\.ts$/ }, (args) =>
      args.kind === 'dynamic-import' ? { path: './all.cjs', external: true } : null,
    )
  },
}
