import { mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { connect, type Server } from 'node:net'
import { controlSocketIn, pidFileIn, readPidFile } from '../../host/installation.ts'

/** Whether a proxy listens at the control socket of a run folder. */
export function hasRunningProxy(runDir: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const socket = connect(controlSocketIn(runDir))
  socket.once('connect', () => resolve(true))
  // a socket that belongs to another user is in use as far as this process can know
  socket.once('error', (error) => resolve('code' in error && error.code === 'EACCES'))
  return promise.finally(() => socket.destroy())
}

/**
 * Occupies a run folder: creates the control socket of `server`, and the file with the process id.
 *
 * A socket that a killed proxy left is replaced; the caller has found that no proxy answers there.
 *
 * @returns Removes both files, unless they are another process's by now.
 * @throws A system error, such as `EACCES`.
 */
export async function occupy(runDir: string, server: Server): Promise<() => void> {
  mkdirSync(runDir, { recursive: true, mode: 0o750 })
  const path = controlSocketIn(runDir)
  const isPipe = process.platform === 'win32'
  if (isPipe) await listenPrivately(server, path)
  else await listenAndRename(server, path)
  const inode = isPipe ? undefined : statSync(path).ino
  const pidFile = pidFileIn(runDir)
  writePidFile(pidFile)
  return () => {
    if (inode !== undefined && inodeOf(path) === inode) rmSync(path, { force: true })
    if (readPidFile(pidFile) === process.pid) rmSync(pidFile, { force: true })
  }
}

/**
 * Replaces what is at the path. A server removes the name that it has bound when it closes, so a name of
 * its own keeps it from removing the socket of another proxy.
 */
async function listenAndRename(server: Server, path: string): Promise<void> {
  const own = `${path}.${process.pid}`
  rmSync(own, { force: true })
  await listenPrivately(server, own)
  renameSync(own, path)
}

/** Nobody but its owner may connect: the mode of a socket is that of the process when it is bound. */
async function listenPrivately(server: Server, path: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject)
  const umask = process.platform === 'win32' ? undefined : process.umask(0o177)
  try {
    server.listen(path, resolve)
  } finally {
    if (umask !== undefined) process.umask(umask)
  }
  await promise
  server.off('error', reject)
}

/** Writes atomically, so that readers see the whole number or no file. */
function writePidFile(file: string): void {
  const made = `${file}.${process.pid}.new`
  writeFileSync(made, `${process.pid}\n`, { mode: 0o644 })
  renameSync(made, file)
}

function inodeOf(path: string): number | undefined {
  try {
    return statSync(path).ino
  } catch {
    return undefined
  }
}
