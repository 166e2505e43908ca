/**
 * `npm test [-- FILES…]`: runs the tests. Up to twelve test files of a folder share a process, because loading the
 * modules of the service and warming them up costs more CPU time than most files' tests; `node --test FILE` runs one
 * file alone.
 */
import { globSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { type RunOptions, run } from 'node:test'
import { spec } from 'node:test/reporters'
import { pathToFileURL } from 'node:url'

const root = resolve(import.meta.dirname, '..')
/** As files, because the test runner starts a process for each file. */
const groupFolder = join(root, 'node_modules/.cache/test-groups', String(process.pid))
const maxFilesPerGroup = 12
/** Stories in a browser take minutes, so that smaller groups keep both processes busy to the end. */
const maxStoriesPerGroup = 3

const patterns = process.argv.slice(2)
const files = globSync(patterns.length > 0 ? patterns : ['test/**/*.test.ts'], { cwd: root })

mkdirSync(groupFolder, { recursive: true })
process.on('exit', () => rmSync(groupFolder, { recursive: true, force: true }))

const groups = groupFiles(files.map((file) => relative(root, resolve(root, file))).sort())
// @types/node lacks globalSetupPath
const options: RunOptions & { readonly globalSetupPath: string } = {
  files: groups.map(writeGroup),
  concurrency: 2,
  forceExit: true,
  timeout: 600_000,
  globalSetupPath: join(root, 'test/rig/shared_postgres.ts'),
}
run(options)
  .on('test:fail', ({ todo }) => {
    if (todo === undefined || todo === false) process.exitCode = 1
  })
  .compose(spec)
  .pipe(process.stdout)

/** Groups neighbours of one folder of `test/`; stories first, because they take longest. */
function groupFiles(sorted: readonly string[]): string[][] {
  const found: string[][] = []
  let folder: string | undefined
  for (const file of sorted) {
    const [, top = ''] = file.split('/')
    const limit = top === 'web' ? maxStoriesPerGroup : maxFilesPerGroup
    const last = found.at(-1)
    if (last === undefined || top !== folder || last.length === limit) found.push([file])
    else last.push(file)
    folder = top
  }
  return found.sort((a, b) => Number(isStories(b)) - Number(isStories(a)))
}

function isStories(group: readonly string[]): boolean {
  return group[0]?.startsWith('test/web/') ?? false
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
