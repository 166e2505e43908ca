import { chmodSync, copyFileSync, cpSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { gzip, writeTar } from './archive.ts'
import type { Product } from './product.ts'

const sources = join(import.meta.dirname, 'linux')

/** Adds what Linux needs to a staged product: `bin/NAME`. */
export function addPrograms(product: Product, folder: string): void {
  mkdirSync(join(folder, 'bin'))
  for (const program of product.programs) {
    copyFileSync(join(sources, 'program.sh'), join(folder, 'bin', program))
    chmodSync(join(folder, 'bin', program), 0o755)
  }
}

/** Adds `install`, `uninstall` and what they use. */
export function addInstaller(product: Product, folder: string): void {
  const installer = join(folder, 'installer')
  cpSync(join(sources, 'installer'), installer, { recursive: true })
  copyFileSync(join(sources, `${product.program}.product.sh`), join(installer, 'product.sh'))
  copyFileSync(
    join(sources, 'units', `${product.program}.service`),
    join(installer, 'systemd.service'),
  )
  mkdirSync(join(folder, 'conf'))
  const config = `${product.program}.cfg`
  copyFileSync(join(sources, 'conf', config), join(folder, 'conf', config))
  for (const script of ['install', 'uninstall']) {
    copyFileSync(join(sources, `${script}.sh`), join(folder, script))
    chmodSync(join(folder, script), 0o755)
  }
  if (product.program === 'authproxy') {
    cpSync(join(import.meta.dirname, 'selinux'), join(folder, 'selinux'), {
      recursive: true,
    })
  }
}

/**
 * Writes `NAME-VERSION-linux-x64.tar.gz`, with one folder of that name.
 *
 * @param staged The folder, called so.
 * @param level Compression, 1 to 9.
 * @returns The archive.
 */
export function writeArchive(
  staged: string,
  outDir: string,
  name: string,
  seconds: number,
  level: number,
): string {
  const tar = join(outDir, `${name}.tar`)
  writeTar(tar, join(staged, '..'), [name], seconds)
  gzip(tar, `${tar}.gz`, level)
  rmSync(tar)
  return `${tar}.gz`
}
