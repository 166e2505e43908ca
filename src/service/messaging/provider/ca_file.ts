import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { DeliveryError } from '../messaging.ts'

/** Reads the CA certificate for a provider. @throws {DeliveryError} */
export function readCaFile(file: string): string {
  const text = readText(file)
  try {
    new X509Certificate(text)
    return text
  } catch {
    throw new DeliveryError(
      'DELIVERY_REFUSED',
      `ca_file ${file} contains no certificate; it must be a PEM file that begins with a certificate`,
    )
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    throw new DeliveryError(
      'DELIVERY_REFUSED',
      `can't read ca_file ${file} (${code}); name a readable PEM file`,
    )
  }
}
