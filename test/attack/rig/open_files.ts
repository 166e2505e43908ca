import { readFileSync } from 'node:fs'

/** How many files, and so connections, one process may open. */
export function openFiles(): number {
  const found = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1]
  return Number(found ?? 1024)
}
