import {
  chmodSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { bundle } from './bundle.ts'
import { buildLicenceNotice } from './licences.ts'
import type { Product } from './product.ts'

const root = join(import.meta.dirname, '..')
const dist = join(root, 'web', 'dist')

export interface StageOptions {
  /** Instead of the version in package.json, for tests of upgrades. */
  readonly version: string
  /** The Node runtime that is copied. */
  readonly runtime: string
  /** Name of the runtime in the product: `node`, or `node.exe`. */
  readonly runtimeName: 'node' | 'node.exe'
}

/**
 * Puts a product into a folder, as it runs: `lib`, `web`, `runtime`, `doc`, `package.json` and the
 * licences. What is special to a kind of package is added by its own file.
 */
export async function stageProduct(
  product: Product,
  folder: string,
  { version, runtime, runtimeName }: StageOptions,
): Promise<void> {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(join(folder, 'runtime'), { recursive: true })
  const modules = await bundle(folder, product.programs)
  const manifest = { name: product.name, version, license: 'Apache-2.0', type: 'module' }
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`)
  copyFileSync(runtime, join(folder, 'runtime', runtimeName))
  chmodSync(join(folder, 'runtime', runtimeName), 0o755)
  copyFileSync(join(import.meta.dirname, 'node', 'LICENSE'), join(folder, 'runtime', 'LICENSE'))
  copyFileSync(join(root, 'LICENSE'), join(folder, 'LICENSE'))
  stageDocs(folder)
  const webModules = stageWeb(product, folder)
  writeFileSync(
    join(folder, 'THIRD-PARTY-LICENSES'),
    buildLicenceNotice([...modules, ...webModules]),
  )
}

function stageDocs(folder: string): void {
  mkdirSync(join(folder, 'doc'))
  const pages = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'))
  for (const page of pages) copyFileSync(join(root, 'docs', page), join(folder, 'doc', page))
}

/** @returns The modules in the browser apps. */
function stageWeb({ web }: Product, folder: string): string[] {
  const built = readdirSync(dist, { withFileTypes: true })
    .filter(
      (entry) =>
        entry.isDirectory() &&
        (web === 'all' ? entry.name !== 'manager' : web.includes(entry.name)),
    )
    .map(({ name }) => name)
  for (const name of built) {
    cpSync(join(dist, name), join(folder, 'web', 'dist', name), { recursive: true })
  }
  const lists =
    web === 'all' ? ['.modules', '.modules-sign_in'] : web.map((name) => `.modules-${name}`)
  return lists
    .flatMap((list) => readFileSync(join(dist, list), 'utf8').split('\n'))
    .filter((line) => line !== '')
    .map((line) => join(root, line))
}
