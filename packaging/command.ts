import { spawnSync } from 'node:child_process'

/** Thrown if a program that the build needs is missing or fails. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
}

/** The Debian packages of the programs that are not on every machine. */
const debianPackages: Readonly<Record<string, string>> = {
  'dpkg-deb': 'dpkg',
  ldd: 'libc-bin',
  makensis: 'nsis',
  'x86_64-w64-mingw32-gcc': 'gcc-mingw-w64-x86-64-win32',
}

/**
 * Runs a program to its end, with messages in English and a fixed time zone.
 *
 * @returns Its standard output.
 * @throws {CommandError} if it is missing or fails.
 */
export function runCommand(
  command: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): string {
  const { status, error, stdout, stderr } = spawnSync(command, args, {
    cwd: options.cwd,
    env: { ...process.env, LC_ALL: 'C.UTF-8', TZ: 'UTC', ...options.env },
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  if (error !== undefined && 'code' in error && error.code === 'ENOENT') {
    const debian = debianPackages[command]
    throw new CommandError(
      `${command} is missing${debian === undefined ? '' : `; install the Debian package ${debian}`}`,
    )
  }
  if (status === 0) return stdout
  throw new CommandError(`'${command} ${args.join(' ')}' failed: ${error?.message ?? stderr}`)
}
