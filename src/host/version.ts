import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { programRoot } from './program_root.ts'

/** The version in package.json. */
export const version: string = readVersion()

function readVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(join(programRoot, 'package.json'), 'utf8'))
  const read = typeof manifest === 'object' && manifest !== null && 'version' in manifest
  return read ? String(manifest.version) : 'unknown'
}
