import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { DeliveryError } from '../messaging.ts'

/** The authority that a provider's certificate is checked by. @throws {DeliveryError} */
export function readCaFile(file: string): string {
  const text = readText(file)
  try {
    new X509Certificate(text)
    return text
  } catch {
    throw new DeliveryError(
      'DELIVERY_REFUSED',
      `ca_file ${file} holds no certificate; write a PEM file that begins with one`,
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
      `ca_file ${file} can't be read (${code}); write a PEM file that can`,
    )
  }
}
