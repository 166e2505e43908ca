/**
 * `npm test [-- FILES…]`: runs the tests that fit into a few minutes; `npm run test:all` runs all of them. Up to twelve
 * test files of a folder share a process, because loading the modules of the service and warming them up costs more CPU
 * time than most files' tests; `node --test FILE` runs one file alone.
 *
 *   --all          also the tests that `scope.ts` leaves to `npm run test:all`
 *   --slowest N    prints the N suites and stories that took longest
 */
import { globSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { type RunOptions, run } from 'node:test'
import { spec } from 'node:test/reporters'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { onlyInAll, setBrief } from './rig/scope.ts'

const root = resolve(import.meta.dirname, '..')
/** As files, because the test runner starts a process for each file. */
const groupFolder = join(root, 'node_modules/.cache/test-groups', String(process.pid))
const maxFilesPerGroup = 12
/** One more than two cores, because tests wait for disks, timers and other programs. */
const concurrency = 3
/** Stories in a browser take minutes, so that smaller groups keep all processes busy to the end. */
const maxStoriesPerGroup = 3
/** Folders of `test/` whose files take longest; they begin. */
const slowFolders = ['web', 'journey', 'service']

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    all: { type: 'boolean', default: false },
    slowest: { type: 'string', default: '0' },
  },
})
const files = globSync(positionals.length > 0 ? positionals : ['test/**/*.test.ts'], { cwd: root })
  .map((file) => relative(root, resolve(root, file)))
  .filter((file) => values.all || positionals.length > 0 || !onlyInAll.has(file))
  .sort()
if (!values.all && positionals.length === 0) setBrief()

mkdirSync(groupFolder, { recursive: true })
process.on('exit', () => rmSync(groupFolder, { recursive: true, force: true }))
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))

// @types/node lacks globalSetupPath
const options: RunOptions & { readonly globalSetupPath: string } = {
  files: groupFiles(files).map(writeGroup),
  concurrency,
  forceExit: true,
  timeout: 600_000,
  globalSetupPath: join(root, 'test/rig/global_setup.ts'),
}
const ended: { readonly name: string; readonly ms: number }[] = []
run(options)
  .on('test:fail', ({ todo }) => {
    if (todo === undefined || todo === false) process.exitCode = 1
  })
  .on('test:complete', ({ name, nesting, details: { duration_ms: ms } }) => {
    if (nesting === 0) ended.push({ name, ms })
  })
  .compose(spec)
  .on('end', printSlowest)
  .pipe(process.stdout)

function printSlowest(): void {
  const slowest = ended.sort((one, other) => other.ms - one.ms).slice(0, Number(values.slowest))
  for (const { name, ms } of slowest) {
    process.stderr.write(`${(ms / 1000).toFixed(1).padStart(7)} s  ${name}\n`)
  }
}

/** Groups neighbours of one folder of `test/`. */
function groupFiles(sorted: readonly string[]): string[][] {
  const found: string[][] = []
  let folder: string | undefined
  for (const file of sorted) {
    const top = folderOf(file)
    const limit = top === 'web' ? maxStoriesPerGroup : maxFilesPerGroup
    const last = found.at(-1)
    if (last === undefined || top !== folder || last.length === limit) found.push([file])
    else last.push(file)
    folder = top
  }
  return found.sort(([a = ''], [b = '']) => turn(a) - turn(b))
}

function folderOf(file: string): string {
  return file.split('/')[1] ?? ''
}

function turn(file: string): number {
  const at = slowFolders.indexOf(folderOf(file))
  return at === -1 ? slowFolders.length : at
}

/** @returns The path of a file that imports the group's test files. */
function writeGroup(group: readonly string[], index: number): string {
  const file = join(groupFolder, `${String(index).padStart(2, '0')}.test.mjs`)
  const imports = group.map(
    (name) => `import ${JSON.stringify(pathToFileURL(join(root, name)).href)}`,
  )
  writeFileSync(file, `${imports.join('\n')}\n`)
  return file
}
