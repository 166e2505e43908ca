// Builds the browser apps into web/dist. `npm run build:web` and setup/install.mjs run it.
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { isAbsolute, join, relative } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import react from '@vitejs/plugin-react'
import { build, type InlineConfig, type Plugin, type Rolldown } from 'vite'

const root = import.meta.dirname
const dist = join(root, 'dist')
const smallest = 1024

const shared: InlineConfig = {
  root,
  configFile: false,
  logLevel: 'warn',
  publicDir: false,
}

const compiled = {
  outDir: dist,
  target: 'es2022',
  // the Content-Security-Policy allows neither inline scripts nor data: fonts
  assetsInlineLimit: 0,
  modulePreload: { polyfill: false },
} as const

// one file per library: without this, first loads wait for dozens of small ones
const groups = [
  { name: 'react', test: /node_modules\/(react|react-dom|scheduler)\// },
  { name: 'tanstack', test: /node_modules\/@tanstack\// },
  { name: 'mantine', test: /node_modules\/(@mantine\/(core|hooks|notifications)|@floating-ui)\// },
]
const editorGroups = [{ name: 'codemirror', test: /node_modules\/(@codemirror|@lezer)\// }]

/**
 * Files in the apps, relative to the root of the project: packages name the licences of these. Apps that are built by
 * themselves have lists of their own.
 */
const modules = new Set<string>()
const managerModules = new Set<string>()
const signInModules = new Set<string>()

await build({
  ...shared,
  plugins: [react(), recordModules(modules)],
  build: {
    ...compiled,
    emptyOutDir: true,
    rolldownOptions: {
      input: {
        portal: join(root, 'portal/index.html'),
        admin: join(root, 'admin/index.html'),
      },
      output: { codeSplitting: { groups } },
    },
  },
})
// by itself, so that it loads nothing of the component library
const output = await build({
  ...shared,
  plugins: [react(), recordModules(modules)],
  build: {
    ...compiled,
    emptyOutDir: false,
    rolldownOptions: { input: { push_app: join(root, 'push_app/index.html') } },
  },
})
// by itself, because the Proxy Manager ships with the proxy, without the other apps
await build({
  ...shared,
  root: join(root, 'manager'),
  plugins: [react(), recordModules(managerModules)],
  build: {
    ...compiled,
    outDir: join(dist, 'manager'),
    emptyOutDir: true,
    rolldownOptions: {
      output: { codeSplitting: { groups: [...groups, ...editorGroups] } },
    },
  },
})
// by itself, because the simulated directory serves it from a port of its own, also where only the proxy is installed
await build({
  ...shared,
  root: join(root, 'sign_in'),
  plugins: [react(), recordModules(signInModules)],
  build: {
    ...compiled,
    outDir: join(dist, 'sign_in'),
    emptyOutDir: true,
    rolldownOptions: { output: { codeSplitting: { groups } } },
  },
})
cpSync(join(root, 'admin/static'), join(dist, 'sign_in'), { recursive: true })
for (const app of ['push_app', 'admin', 'manager']) {
  cpSync(join(root, app, 'static'), join(dist, app), { recursive: true })
}
await buildServiceWorker(buildShell(output))
compress(join(dist, 'assets'))
writeModules('.modules', modules)
writeModules('.modules-manager', managerModules)
writeModules('.modules-sign_in', signInModules)

function recordModules(into: Set<string>): Plugin {
  return {
    name: 'record-modules',
    generateBundle: (_options, output) => {
      for (const file of Object.values(output)) {
        const ids = file.type === 'chunk' ? file.moduleIds : []
        for (const id of ids.filter(isAbsolute)) into.add(toProjectPath(id))
      }
    },
  }
}

/** The same wherever the packages are, also if `node_modules` is a link. */
function toProjectPath(file: string): string {
  const start = file.indexOf('/node_modules/')
  return start < 0 ? relative(join(root, '..'), file) : file.slice(start + 1)
}

function writeModules(name: string, recorded: ReadonlySet<string>): void {
  writeFileSync(join(dist, name), `${[...recorded].sort().join('\n')}\n`)
}

/** The service worker is one file with a fixed name next to the push app's page. */
async function buildServiceWorker(shell: readonly string[]): Promise<void> {
  await build({
    ...shared,
    define: { SHELL: JSON.stringify(shell) },
    build: {
      outDir: join(dist, 'push_app'),
      emptyOutDir: false,
      target: 'es2022',
      rolldownOptions: {
        input: join(root, 'push_app/service_worker/service_worker.ts'),
        output: { entryFileNames: 'service_worker.js', codeSplitting: false },
      },
    },
  })
}

/** The files that the push app needs to start offline. */
function buildShell(built: Awaited<ReturnType<typeof build>>): string[] {
  const [result] = Array.isArray(built) ? built : [built]
  if (result === undefined || !('output' in result)) throw new Error('nothing was built')
  const chunks = new Map(
    result.output.filter((file) => file.type === 'chunk').map((chunk) => [chunk.fileName, chunk]),
  )
  const entry = [...chunks.values()].find(({ isEntry, name }) => isEntry && name === 'push_app')
  if (entry === undefined) throw new Error('the push app was not built')
  const files = new Set<string>()
  addChunk(entry, chunks, files)
  return [...files].map((file) => `/${file}`)
}

function addChunk(
  chunk: Rolldown.OutputChunk,
  chunks: ReadonlyMap<string, Rolldown.OutputChunk>,
  files: Set<string>,
): void {
  if (files.has(chunk.fileName)) return
  files.add(chunk.fileName)
  for (const css of chunk.viteMetadata?.importedCss ?? []) files.add(css)
  for (const asset of chunk.viteMetadata?.importedAssets ?? []) files.add(asset)
  for (const name of [...chunk.imports, ...chunk.dynamicImports]) {
    const imported = chunks.get(name)
    if (imported !== undefined) addChunk(imported, chunks, files)
  }
}

/** Compresses the files once, instead of at each request. */
function compress(folder: string): void {
  for (const name of readdirSync(folder)) {
    const file = join(folder, name)
    const octets = readFileSync(file)
    if (octets.length < smallest || !/\.(js|css|svg)$/.test(name)) continue
    writeFileSync(`${file}.br`, brotliCompressSync(octets))
    writeFileSync(`${file}.gz`, gzipSync(octets, { level: 9 }))
  }
}
