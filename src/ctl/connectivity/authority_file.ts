import { X509Certificate } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import type { Section } from '../../config/section.ts'
import { findFile } from '../../proxy/sections/file_value.ts'
import { day, findCertificateDates } from './certificate_dates.ts'
import type { Finding } from './connectivity_event.ts'

const yearMs = 365 * 24 * 60 * 60 * 1000

/**
 * Checks the age of the authorities in `http_ca_certs_file`: a file that is never renewed stops
 * working on the day when the API gets a certificate of a newer authority.
 */
export function findAuthorityAge(section: Section, configFile: string, now: number): Finding[] {
  const setting = section.settings.find(({ key }) => key === 'http_ca_certs_file')
  if (setting === undefined) return []
  const path = findFile(setting.entry.value, configFile)
  // `checkFiles` reports a file that is missing
  if (path === undefined) return []
  const { line } = setting.entry
  return [...findExpired(path, now), ...findOld(path, now)].map((finding) => ({ ...finding, line }))
}

function findExpired(path: string, now: number): Finding[] {
  const certificates = readCertificates(path)
  const findings = certificates.flatMap((certificate) =>
    findCertificateDates(
      `the authority '${shortName(certificate)}' in http_ca_certs_file`,
      { from: Date.parse(certificate.validFrom), to: Date.parse(certificate.validTo) },
      now,
    ),
  )
  const unusable = findings.filter(({ severity }) => severity === 'error').length
  if (certificates.length > 0 && unusable === certificates.length) {
    return [
      {
        severity: 'error',
        message: `every authority in http_ca_certs_file has expired or is not yet valid (${unusable} of ${certificates.length})`,
        remedy: 'replace the file by a newer one, or remove the option',
      },
    ]
  }
  // the others may be enough
  return findings.map((finding) => ({
    ...finding,
    severity: 'warn',
    remedy: 'replace the file by a newer one',
  }))
}

function findOld(path: string, now: number): Finding[] {
  const changed = statSync(path).mtimeMs
  const years = Math.floor((now - changed) / yearMs)
  if (years < 1) return []
  return [
    {
      severity: 'info',
      message: `http_ca_certs_file was last changed on ${day(changed)}, more than ${years === 1 ? 'a year' : `${years} years`} ago`,
      remedy: 'check whether there is a newer one; with an old one, the API can become unreachable',
    },
  ]
}

function readCertificates(path: string): X509Certificate[] {
  const blocks =
    readFileSync(path, 'latin1').match(
      /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g,
    ) ?? []
  return blocks.flatMap((block) => {
    try {
      return [new X509Certificate(block)]
    } catch {
      // `checkFiles` reports it
      return []
    }
  })
}

function shortName({ subject }: X509Certificate): string {
  const lines = (subject ?? '').split('\n')
  return (lines.find((line) => line.startsWith('CN=')) ?? lines[0] ?? '').replace(/^\w+=/, '')
}
