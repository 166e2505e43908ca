import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const openers: Readonly<Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>>> = {
  darwin: ['open'],
  linux: ['xdg-open'],
  win32: ['explorer.exe'],
}
const readWithinMs = 60_000

/** Whether this process can show a browser to the person who started it. */
export function canOpenBrowser(env: NodeJS.ProcessEnv): boolean {
  if (env.SSH_CONNECTION !== undefined || process.getuid?.() === 0) return false
  if (process.platform !== 'linux') return openers[process.platform] !== undefined
  return env.DISPLAY !== undefined || env.WAYLAND_DISPLAY !== undefined
}

/**
 * Opens a link in the browser. Every user of the machine can read the arguments of a process, so the
 * browser gets the name of a private file that redirects to the link.
 *
 * @returns Removes the file; it is also removed after a minute.
 */
export function openBrowser(link: string): () => void {
  const [command, ...args] = openers[process.platform] ?? ['xdg-open']
  const folder = mkdtempSync(join(tmpdir(), 'authproxy-manager-'))
  const file = join(folder, 'open.html')
  writeFileSync(
    file,
    `<!doctype html><meta charset="utf-8"><title>Proxy Manager</title><meta http-equiv="refresh" content="0;url=${link}">`,
    { mode: 0o600 },
  )
  const remove = (): void => rmSync(folder, { recursive: true, force: true })
  setTimeout(remove, readWithinMs).unref()
  const child = spawn(command, [...args, file], { detached: true, stdio: 'ignore' })
  // the link is printed as well
  child.on('error', remove)
  child.unref()
  return remove
}
