// Bundles what is shipped: the CLI and its two server programs as CommonJS (a CommonJS start is 20 ms faster than an
// ES module one), and the library doors as ES modules. Plain JavaScript, so that any Node can run it at install time.
import { existsSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const programs = ['server', 'sandbox', 'local']
const doors = ['eval', 'analysis', 'trust', 'oidc', 'sts', 'client']

// A package installed without its sources has nothing to build; one installed without esbuild keeps its `dist`.
const esbuild = await import('esbuild').catch(() => null)
if (!existsSync(`${root}src/main.ts`) || esbuild === null) process.exit(0)

const shared = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20',
  sourcemap: false,
  legalComments: 'none',
  logLevel: 'warning',
  external: ['pg-native'],
}

/** The programs are bundles of their own, so that a short command never parses a server. */
const programsApart = {
  name: 'programs-apart',
  setup(build) {
    build.onResolve({ filter: /programs\/(server|sandbox|local)\.ts$/ }, (args) => {
      if (args.kind !== 'dynamic-import') return null
      const name = /programs\/(\w+)\.ts$/.exec(args.path)[1]
      return { path: `./${name}.cjs`, external: true }
    })
  },
}

rmSync(`${root}dist`, { recursive: true, force: true })
await Promise.all([
  esbuild.build({
    ...shared,
    format: 'cjs',
    outdir: 'dist',
    outExtension: { '.js': '.cjs' },
    entryPoints: [
      { in: 'src/main.ts', out: 'esc' },
      ...programs
        .filter((name) => existsSync(`${root}src/programs/${name}.ts`))
        .map((name) => ({ in: `src/programs/${name}.ts`, out: name })),
    ],
    define: { 'import.meta.url': '__importMetaUrl', 'import.meta.main': 'true' },
    banner: { js: "const __importMetaUrl = require('node:url').pathToFileURL(__filename).href;" },
    plugins: [programsApart],
  }),
  esbuild.build({
    ...shared,
    format: 'esm',
    outdir: 'dist',
    packages: 'external',
    entryPoints: doors.map((door) => ({ in: `src/${door}/index.ts`, out: door })),
  }),
])
