import { X509Certificate } from 'node:crypto'
import type { ValueType } from '../../config/value_type.ts'

/** Certificates in PEM, on further, indented lines. */
export const certificates: ValueType<string> = {
  form: 'certificates in PEM, on indented lines',
  multiline: true,
  mayContainEquals: true,
  parse: (value) => {
    const lines = value.split('\n').map((line) => line.trim())
    const pem = lines.filter((line) => line !== '').join('\n')
    const problem = findCertificateProblem(pem)
    return problem === undefined ? { value: `${pem}\n` } : { problem }
  },
}

/** Certificates as logs show them: `(11 lines)`. */
export function showCertificates(pem: string): string {
  return `(${pem.trim().split('\n').length} lines)`
}

/** @returns What is wrong with text that should hold certificates in PEM, after `which `. */
export function findCertificateProblem(text: string): string | undefined {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? []
  if (blocks.length === 0) {
    return 'has no certificate; expected PEM (-----BEGIN CERTIFICATE-----)'
  }
  for (const [index, block] of blocks.entries()) {
    try {
      new X509Certificate(block)
    } catch {
      return `has a certificate ${index + 1} that can't be read; export it again as PEM`
    }
  }
  return undefined
}
