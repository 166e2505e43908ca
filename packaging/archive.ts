import { spawnSync } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { CommandError, runCommand } from './command.ts'

interface TarOptions {
  /** Number of user and group. */
  readonly owner?: number
  /** Permissions, as of chmod. */
  readonly mode?: string
  /** Adds to the archive instead of writing it anew. */
  readonly append?: boolean
}

/**
 * Writes a tar archive whose bytes depend on the names, the contents and the owner's permissions of the
 * files only: neither on the umask, nor on the order or the times in the file system.
 *
 * @param file The archive.
 * @param folder Where the entries are.
 * @param entries Names in `folder`.
 * @param seconds Time of every file, since 1970.
 */
export function writeTar(
  file: string,
  folder: string,
  entries: readonly string[],
  seconds: number,
  { owner = 0, mode = 'u+rwX,go+rX,go-w', append = false }: TarOptions = {},
): void {
  runCommand('tar', [
    append ? '--append' : '--create',
    `--file=${file}`,
    `--directory=${folder}`,
    '--format=gnu',
    '--sort=name',
    `--mtime=@${seconds}`,
    `--owner=${owner}`,
    `--group=${owner}`,
    '--numeric-owner',
    `--mode=${mode}`,
    '--',
    ...entries,
  ])
}

/**
 * Compresses a file to another, without its name and time.
 *
 * @param level 9 is smallest, 1 is quickest; beyond 6, Node's binary gains 1% in thrice the time.
 */
export function gzip(from: string, to: string, level = 6): void {
  const output = openSync(to, 'w')
  try {
    const { status, error, stderr } = spawnSync('gzip', [`-${level}`, '-n', '-c', from], {
      stdio: ['ignore', output, 'pipe'],
    })
    if (status !== 0) throw new CommandError(`gzip failed: ${error?.message ?? String(stderr)}`)
  } finally {
    closeSync(output)
  }
}
