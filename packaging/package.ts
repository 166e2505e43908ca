// `npm run package`: builds archives, Debian packages and OCI images of both products into dist/.
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { version as currentVersion } from '../src/host/version.ts'
import { readBuildTime } from './build_time.ts'
import { CommandError } from './command.ts'
import { writeDeb } from './deb.ts'
import { writeBaseLayer } from './image_base.ts'
import { type Layer, sha256 } from './layer.ts'
import { addInstaller, addPrograms, writeArchive } from './linux.ts'
import { writeImage } from './oci.ts'
import { listProducts, type Product } from './product.ts'
import { stageProduct } from './stage.ts'
import { writeWindowsInstaller } from './windows.ts'

const root = join(import.meta.dirname, '..')
const runtime = join(root, 'node_modules', 'node', 'bin', 'node')
const seconds = readBuildTime()

const { values } = parseArgs({
  options: {
    out: { type: 'string', default: join(root, 'dist') },
    // for tests of upgrades, and to build less
    version: { type: 'string', default: currentVersion },
    only: { type: 'string', multiple: true, default: ['tar', 'deb', 'oci'] },
    quick: { type: 'boolean', default: false },
  },
})
const { version } = values
const outDir = resolve(values.out)

mkdirSync(outDir, { recursive: true })
const work = mkdtempSync(join(outDir, '.build-'))
try {
  const base = values.only.includes('oci') ? writeBaseLayer(runtime, work, seconds) : undefined
  for (const product of listProducts()) {
    await packageProduct(product, base)
  }
  writeSums()
} catch (error) {
  if (!(error instanceof CommandError)) throw error
  process.stderr.write(`package: ${error.message}\n`)
  process.exitCode = 1
} finally {
  rmSync(work, { recursive: true })
}

async function packageProduct(product: Product, base: Layer | undefined): Promise<void> {
  const staged = join(work, 'staged', product.name)
  await stageProduct(product, staged, { version, runtime, runtimeName: 'node' })
  if (base !== undefined) {
    const image = join(outDir, `${product.name}-${version}-oci`)
    rmSync(image, { recursive: true, force: true })
    writeImage(product, base, staged, image, { version, seconds })
    report(image)
  }
  addPrograms(product, staged)
  if (values.only.includes('deb')) {
    const folder = join(work, 'deb', product.name)
    const compression = values.quick ? 'zstd' : 'xz'
    report(writeDeb(product, staged, folder, outDir, { version, seconds, compression }))
    rmSync(folder, { recursive: true })
  }
  if (values.only.includes('tar')) {
    const name = `${product.name}-${version}-linux-x64`
    const folder = join(work, 'archive', name)
    cpSync(staged, folder, { recursive: true })
    addInstaller(product, folder)
    report(writeArchive(folder, outDir, name, seconds, values.quick ? 1 : 6))
    rmSync(folder, { recursive: true })
  }
  rmSync(staged, { recursive: true })
  if (values.only.includes('windows') && product.program === 'authproxy') {
    const { quick } = values
    report(await writeWindowsInstaller(product, work, outDir, { version, quick }))
  }
}

/** Writes SHA256SUMS of all files, for `sha256sum --check`. */
function writeSums(): void {
  const lines = readdirSync(outDir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'SHA256SUMS')
    .map((entry) => relative(outDir, join(entry.parentPath, entry.name)))
    .filter((file) => !file.startsWith('.build-'))
    .sort()
    .map((file) => `${sha256(readFileSync(join(outDir, file)))}  ${file}\n`)
  writeFileSync(join(outDir, 'SHA256SUMS'), lines.join(''))
}

function report(path: string): void {
  process.stdout.write(`${relative(process.cwd(), path)}\n`)
}
