import { accessSync, constants, readFileSync, statSync } from 'node:fs'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { readText } from '../../config/check_values.ts'
import type { Report } from '../../config/problem.ts'
import type { Section } from '../../config/section.ts'
import { file, type ValueType } from '../../config/value_type.ts'
import { findCertificateProblem } from './certificates_value.ts'

/** Path of a file with certificates in PEM, as written. */
export const certificatesFile: ValueType<string> = { ...file }

/** Finds a file that the configuration names: the path itself, beside the file, or one folder above. */
export function findFile(path: string, configFile: string): string | undefined {
  const folder = dirname(resolve(configFile))
  const candidates = isAbsolute(path) ? [path] : [join(folder, path), join(folder, '..', path)]
  return candidates.find(isReadable)
}

/** Reports the files of a section that can't be read or do not hold what they should. */
export function checkFiles({ settings }: Section, configFile: string, report: Report): void {
  for (const setting of settings) {
    const { type } = setting.option
    const path = readText(setting)
    if ((type !== file && type !== certificatesFile) || path === '') continue
    const found = findFile(path, configFile)
    const problem =
      found === undefined
        ? `is '${path}', which does not exist or can't be read`
        : type === certificatesFile
          ? findFileProblem(found)
          : undefined
    if (problem !== undefined) report('error', setting.entry.line, `${setting.key} ${problem}`)
  }
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
