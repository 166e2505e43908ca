import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { programRoot } from './program_root.ts'

/** Beside `lib` in an installation: packaging/windows/service.c. */
const program = join(programRoot, 'countersign-service.exe')

/**
 * Encrypts or decrypts with the key of this Windows machine (DPAPI). Every process on the machine can
 * decrypt, so the permissions of the file matter, too.
 *
 * @throws Error if Windows refuses, as it does for what another machine encrypted.
 */
export function runDpapi(action: 'protect' | 'unprotect', bytes: Uint8Array): Buffer {
  const { status, stdout, stderr, error } = spawnSync(program, [action], { input: bytes })
  if (status === 0) return stdout
  throw new Error(`${program} ${action} failed: ${error?.message ?? String(stderr).trim()}`)
}
