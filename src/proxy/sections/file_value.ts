import { X509Certificate } from 'node:crypto'
import { accessSync, constants, readFileSync, statSync } from 'node:fs'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { readText } from '../../config/check_values.ts'
import type { Report } from '../../config/problem.ts'
import type { Section } from '../../config/section.ts'
import { file, type ValueType } from '../../config/value_type.ts'

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
          ? findCertificateProblem(found)
          : undefined
    if (problem !== undefined) report('error', setting.entry.line, `${setting.key} ${problem}`)
  }
}

function findCertificateProblem(path: string): string | undefined {
  const text = readFileSync(path, 'latin1')
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? []
  if (blocks.length === 0) {
    return `is '${path}', which has no certificate; expected PEM (-----BEGIN CERTIFICATE-----)`
  }
  for (const [index, block] of blocks.entries()) {
    try {
      new X509Certificate(block)
    } catch {
      return `is '${path}', whose certificate ${index + 1} can't be read; export it again as PEM`
    }
  }
  return undefined
}

function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
