import { createPrivateKey, X509Certificate } from 'node:crypto'
import { existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  alternativeNames,
  type Certified,
  makeAuthority,
  makeServerCertificate,
} from './certificate_authority.ts'

/** Configured files, which another program renews. */
export interface GivenFiles {
  readonly certificateFile: string
  readonly keyFile: string
}

/** The certificate that the server presents, and the authority that clients must trust. */
export interface ServerCertificate extends Certified {
  /** `undefined` for configured files. */
  readonly caFile: string | undefined
}

/** Names that every certificate has; older clients check the first one. */
const ownNames = ['127.0.0.1', 'localhost']
/** Time before expiry at which a certificate is renewed. */
const renewMs = 30 * 24 * 60 * 60_000

/** Thrown if there is no usable certificate; the message says what to do. */
export class CertificateError extends Error {
  override readonly name = 'CertificateError'
  readonly code = 'CERTIFICATE_FILE'
}

/**
 * Reads the configured files. Without them, the service's own authority in the data folder issues the
 * certificate (`ca.pem`, `ca.key`, `server.pem`, `server.key`). It is issued again if it is missing, about
 * to expire, or lacks one of `hostNames`.
 *
 * @throws {CertificateError}
 */
export async function serverCertificate(
  folder: string,
  hostNames: readonly string[],
  given: GivenFiles | undefined,
  now: number,
): Promise<ServerCertificate> {
  if (given !== undefined) {
    return {
      ...readPair(given.certificateFile, given.keyFile),
      caFile: undefined,
    }
  }
  const names = [...ownNames, ...hostNames.filter((name) => !ownNames.includes(name))]
  const caFile = join(folder, 'ca.pem')
  const authority = await authorityIn(folder, now)
  const certificateFile = join(folder, 'server.pem')
  const keyFile = join(folder, 'server.key')
  const kept = keptPair(certificateFile, keyFile)
  if (kept !== undefined && isGood(kept.certificate, authority.certificate, names, now)) {
    return { ...kept, caFile }
  }
  const made = await makeServerCertificate(authority, names, now)
  writeAtomically(keyFile, made.key, 0o600)
  writeAtomically(certificateFile, made.certificate, 0o644)
  return { ...made, caFile }
}

/** When the configured files were last written, which shows that they were renewed. */
export function writtenAt({ certificateFile, keyFile }: GivenFiles): number {
  try {
    return Math.max(statSync(certificateFile).mtimeMs, statSync(keyFile).mtimeMs)
  } catch {
    return 0
  }
}

async function authorityIn(folder: string, now: number): Promise<Certified> {
  const certificateFile = join(folder, 'ca.pem')
  const keyFile = join(folder, 'ca.key')
  const there = [certificateFile, keyFile].filter((file) => existsSync(file))
  if (there.length === 1) {
    throw new CertificateError(
      `${there[0]} exists without its counterpart; restore the missing one of ca.pem and ca.key, or remove both to make a new authority, which all clients then have to trust`,
    )
  }
  if (there.length === 2) return readPair(certificateFile, keyFile)
  const made = await makeAuthority(now)
  writeAtomically(keyFile, made.key, 0o600)
  writeAtomically(certificateFile, made.certificate, 0o644)
  return made
}

/** @returns `undefined` if our own pair is missing or damaged; it can be issued again. */
function keptPair(certificateFile: string, keyFile: string): Certified | undefined {
  if (!existsSync(certificateFile) || !existsSync(keyFile)) return undefined
  try {
    return readPair(certificateFile, keyFile)
  } catch {
    return undefined
  }
}

function readPair(certificateFile: string, keyFile: string): Certified {
  const certificate = readText(certificateFile)
  const key = readText(keyFile)
  let matching: boolean
  try {
    matching = new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key))
  } catch (error) {
    throw new CertificateError(
      `${certificateFile} and ${keyFile} are not a certificate and its key in PEM: ${errorMessage(error)}`,
    )
  }
  if (!matching) {
    throw new CertificateError(`${keyFile} is not the key of the certificate in ${certificateFile}`)
  }
  return { certificate, key }
}

function isGood(
  certificate: string,
  authority: string,
  names: readonly string[],
  now: number,
): boolean {
  const { subjectAltName = '', validToDate, ...parsed } = parseCertificate(certificate)
  const there = new Set(subjectAltName.split(', '))
  return (
    validToDate.getTime() - now > renewMs &&
    parsed.issuedBy(new X509Certificate(authority)) &&
    alternativeNames(names).every(({ type, value }) =>
      type === 'dns'
        ? there.has(`DNS:${value}`)
        : there.has(`IP Address:${value}`) || value.includes(':'),
    )
  )
}

function parseCertificate(pem: string): {
  readonly subjectAltName: string | undefined
  readonly validToDate: Date
  readonly issuedBy: (authority: X509Certificate) => boolean
} {
  const certificate = new X509Certificate(pem)
  const { subjectAltName, validToDate } = certificate
  const issuedBy = (authority: X509Certificate): boolean =>
    certificate.checkIssued(authority) && certificate.verify(authority.publicKey)
  return { subjectAltName, validToDate, issuedBy }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new CertificateError(`${file} can't be read: ${errorMessage(error)}`)
  }
}

/** Leaves either the old file or the new one, never an incomplete one. */
function writeAtomically(file: string, text: string, mode: number): void {
  const unfinished = `${file}.new`
  try {
    rmSync(unfinished, { force: true })
    writeFileSync(unfinished, text, { mode, flush: true })
    renameSync(unfinished, file)
  } catch (error) {
    throw new CertificateError(`${file} can't be written: ${errorMessage(error)}`)
  }
}

function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
