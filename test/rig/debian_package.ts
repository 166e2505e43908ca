import { existsSync } from 'node:fs'

/**
 * Says why a test that talks to a program of Debian's is skipped, or `false` where the program is
 * there. Under CI=true nothing is skipped: what is missing is a failure.
 *
 * @param name Debian package that brings the file.
 * @param file Absolute path of the program or module that the test needs.
 */
export function skipWithout(name: string, file: string): string | false {
  if (existsSync(file)) return false
  const reason = `Debian package ${name} is not installed (${file} is missing)`
  if (process.env.CI === 'true') throw new Error(reason)
  return reason
}
