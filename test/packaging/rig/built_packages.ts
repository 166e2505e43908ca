import { execFileSync } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const program = join(import.meta.dirname, '../../../packaging/package.ts')

/** Builds packages as `npm run package` does, but compressed less. @returns The folder they are in. */
export function buildPackages(
  kind: 'tar' | 'deb' | 'oci' | 'windows',
  args: readonly string[] = [],
): string {
  const folder = mkdtempSync(join(tmpdir(), `packages-${kind}-`))
  execFileSync(process.execPath, [program, '--out', folder, '--quick', '--only', kind, ...args], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  return folder
}
