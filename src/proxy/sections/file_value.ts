import { accessSync, constants, readFileSync, statSync } from 'node:fs'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { readText } from '../../config/check_values.ts'
import type { Report } from '../../config/problem.ts'
import type { Section } from '../../config/section.ts'
import { file, folder, type ValueType } from '../../config/value_type.ts'
import { findCertificateProblem } from './certificates_value.ts'

/** Path of a file with certificates in PEM, as written. */
export const certificatesFile: ValueType<string> = { ...file }

/** Finds a file that the configuration names: the path itself, beside the file, or one folder above. */
export function findFile(path: string, configFile: string): string | undefined {
  const folder = dirname(resolve(configFile))
  const candidates = isAbsolute(path) ? [path] : [join(folder, path), join(folder, '..', path)]
  return candidates.find(isReadable)
}

/** Reports paths of Windows, and files that can't be read or do not hold what they should. */
export function checkFiles({ settings }: Section, configFile: string, report: Report): void {
  for (const setting of settings) {
    const { type } = setting.option
    const path = readText(setting)
    if ((type !== file && type !== certificatesFile && type !== folder) || path === '') continue
    const { line } = setting.entry
    if (isWindowsPath(path) && process.platform !== 'win32') {
      const message = `${setting.key} is '${path}', a Windows path; write a path of this machine`
      report('error', line, `${message}, or remove the line`)
      continue
    }
    if (type === folder) continue
    const found = findFile(path, configFile)
    const problem =
      found === undefined
        ? `is '${path}', which does not exist or can't be read; ${missingRemedy(setting.key)}`
        : type === certificatesFile
          ? findFileProblem(found)
          : undefined
    if (problem !== undefined) report('error', line, `${setting.key} ${problem}`)
  }
}

/** A drive letter, or any backslash. */
function isWindowsPath(path: string): boolean {
  return /^[a-z]:|\\/i.test(path)
}

function missingRemedy(key: string): string {
  return key === 'http_ca_certs_file'
    ? "copy ca.pem of the service there; for Duo's cloud, remove the line"
    : 'correct the path, and let the user that runs the proxy read the file'
}

function findFileProblem(path: string): string | undefined {
  const problem = findCertificateProblem(readFileSync(path, 'latin1'))
  return problem === undefined ? undefined : `is '${path}', which ${problem}`
}

function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
