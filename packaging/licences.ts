import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { CommandError } from './command.ts'

interface Package {
  readonly name: string
  readonly version: string
  readonly licence: string
  readonly texts: readonly string[]
}

const licenceFile = /^(licen[cs]e|copying|notice|third[-_]?party)/i
const rule = '='.repeat(80)

/**
 * The notices of third-party packages, as their licences demand in copies.
 *
 * @param modules Source files in the product, with absolute paths.
 */
export function buildLicenceNotice(modules: readonly string[]): string {
  const folders = new Set(modules.flatMap((module) => findPackage(module) ?? []))
  const packages = new Map<string, Package>()
  for (const folder of folders) {
    const read = readPackage(folder)
    packages.set(`${read.name} ${read.version}`, read)
  }
  const sorted = [...packages.entries()].sort(([a], [b]) => (a < b ? -1 : 1))
  return [
    'Third-party software in this product. The licence of the Node runtime is in runtime/LICENSE.\n',
    ...sorted.map(([, found]) => formatPackage(found)),
  ].join('\n')
}

function formatPackage({ name, version, licence, texts }: Package): string {
  const body =
    texts.length === 0 ? [`Licence: ${licence}; the package has no text of it.\n`] : texts
  return `${rule}\n${name} ${version} (${licence})\n${rule}\n\n${body.join('\n')}`
}

/**
 * The folder of the package that a file belongs to; `undefined` for a file of our own.
 *
 * @throws {CommandError} if the package is not installed, so that no licence is left out.
 */
function findPackage(file: string): string | undefined {
  for (let folder = dirname(file); folder.includes('/node_modules/'); folder = dirname(folder)) {
    const manifest = join(folder, 'package.json')
    // folders such as dist/esm have a package.json without a name
    if (existsSync(manifest) && 'name' in readManifest(manifest)) return folder
  }
  if (!file.includes('/node_modules/')) return undefined
  throw new CommandError(`${file} is in the product, but its package is not here; run: npm ci`)
}

function readPackage(folder: string): Package {
  const { name, version, license } = readManifest(join(folder, 'package.json'))
  const texts = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && licenceFile.test(entry.name))
    .map((entry) => entry.name)
    .sort()
    .map((file) => `${readFileSync(join(folder, file), 'utf8').replaceAll('\r\n', '\n').trim()}\n`)
  return {
    name: String(name),
    version: String(version),
    licence: typeof license === 'string' ? license : 'see its text',
    texts,
  }
}

function readManifest(file: string): Readonly<Record<string, unknown>> {
  const parsed: unknown = JSON.parse(readFileSync(file, 'utf8'))
  if (typeof parsed !== 'object' || parsed === null) throw new Error(`${file} is not an object`)
  return { ...parsed }
}
