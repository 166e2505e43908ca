import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const program = join(import.meta.dirname, '../../../packaging/package.ts')

/**
 * Builds packages as `npm run package` does, but compressed less.
 *
 * @returns The folder they are in; it is removed when this process ends.
 */
export function buildPackages(
  kind: 'tar' | 'deb' | 'oci' | 'windows',
  args: readonly string[] = [],
): string {
  const folder = mkdtempSync(join(tmpdir(), `packages-${kind}-`))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  execFileSync(process.execPath, [program, '--out', folder, '--quick', '--only', kind, ...args], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  return folder
}
