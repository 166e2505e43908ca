import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A file system in memory, which Linux has. */
const memory = '/dev/shm'
const minFreeOctets = 3 * 2 ** 30
let folder: string | undefined

/**
 * Puts temporary files of the test files into memory where there is room: thousands of small databases and folders make
 * tests wait for the disk at each commit and each deletion. What syncs protect against, a machine that fails, no test tries.
 */
export function keepTemporaryFilesInMemory(): void {
  if (!hasRoom()) return
  folder = mkdtempSync(join(memory, 'countersign-tests-'))
  // also when the run is interrupted
  process.once('exit', deleteTemporaryFilesInMemory)
  // as /tmp: PostgreSQL and some programs run as other users
  chmodSync(folder, 0o1777)
  if (canExecute(folder)) process.env.TMPDIR = folder
}

export function deleteTemporaryFilesInMemory(): void {
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
}

function hasRoom(): boolean {
  try {
    const { bavail, bsize } = statfsSync(memory)
    return bavail * bsize >= minFreeOctets
  } catch {
    return false
  }
}

/** Containers often mount it with `noexec`, and tests run programs that they write. */
function canExecute(inFolder: string): boolean {
  const file = join(inFolder, 'probe')
  writeFileSync(file, '#!/bin/sh\n', { mode: 0o755 })
  const { status } = spawnSync(file)
  rmSync(file)
  return status === 0
}
