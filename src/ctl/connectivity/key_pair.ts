import { X509Certificate } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import type { Section } from '../../config/section.ts'
import { errorText } from '../../host/error_text.ts'
import { shellWord } from '../../host/shell_word.ts'
import { findFile } from '../../proxy/sections/file_value.ts'
import { findCertificateDates } from './certificate_dates.ts'
import type { Finding } from './connectivity_event.ts'

/** The keys of certificate and private key, by kind of section. */
const pairs = [
  ['ssl_cert_path', 'ssl_key_path'],
  ['certs', 'pkey'],
] as const

const accessibleToOthers = 0o007

/** Checks the certificate and the private key that a section shows to its clients. */
export function findKeyPair({ settings }: Section, configFile: string, now: number): Finding[] {
  return pairs.flatMap(([certificateKey, keyKey]) => {
    const certificate = settings.find(({ key }) => key === certificateKey)
    const privateKey = settings.find(({ key }) => key === keyKey)
    if (certificate === undefined && privateKey === undefined) return []
    const { line } = (certificate ?? privateKey)?.entry ?? {}
    if (certificate === undefined || privateKey === undefined) {
      const message = `${certificateKey} and ${keyKey} belong together, and one of them is missing`
      return [{ severity: 'error', message, remedy: 'set both or none', line }]
    }
    const certificateFile = findFile(certificate.entry.value, configFile)
    const keyFile = findFile(privateKey.entry.value, configFile)
    // `checkFiles` reports files that are missing
    if (certificateFile === undefined || keyFile === undefined) return []
    return [
      ...findExposedKey(keyFile),
      ...findUnusable(certificateFile, keyFile, certificateKey, now),
    ].map((finding) => ({ ...finding, line }))
  })
}

function findExposedKey(file: string): Finding[] {
  const { mode } = statSync(file)
  if (process.platform === 'win32' || (mode & accessibleToOthers) === 0) return []
  const message = `every user of this machine has access to the private key ${file}`
  return [{ severity: 'warn', message, remedy: `run: chmod 600 ${shellWord(file)}` }]
}

function findUnusable(
  certificateFile: string,
  keyFile: string,
  certificateKey: string,
  now: number,
): Finding[] {
  try {
    const cert = readFileSync(certificateFile, 'utf8')
    createSecureContext({ cert, key: readFileSync(keyFile, 'utf8') })
    const { validFrom, validTo } = new X509Certificate(cert)
    return findCertificateDates(
      `the certificate in ${certificateKey}`,
      { from: Date.parse(validFrom), to: Date.parse(validTo) },
      now,
    )
  } catch (error) {
    return [
      {
        severity: 'error',
        message: `${certificateFile} and ${keyFile} can't be used together (${errorText(error)})`,
        remedy: 'both must be PEM, the key without a passphrase and of this certificate',
      },
    ]
  }
}
