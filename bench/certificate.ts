import 'reflect-metadata'
import { webcrypto } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  BasicConstraintsExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509'

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const dayMs = 86_400_000

/** A certificate for localhost that signs itself, and its key: files in PEM. */
export interface CertificateFiles {
  readonly certificate: string
  readonly key: string
}

export async function writeCertificate(folder: string): Promise<CertificateFiles> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const certificate = await X509CertificateGenerator.createSelfSigned(
    {
      name: 'CN=localhost',
      keys,
      notBefore: new Date(Date.now() - dayMs),
      notAfter: new Date(Date.now() + dayMs),
      signingAlgorithm: algorithm,
      extensions: [
        new BasicConstraintsExtension(true),
        new SubjectAlternativeNameExtension([
          { type: 'dns', value: 'localhost' },
          { type: 'ip', value: '127.0.0.1' },
        ]),
      ],
    },
    webcrypto,
  )
  const files = { certificate: join(folder, 'certificate.pem'), key: join(folder, 'key.pem') }
  const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)
  await writeFile(files.certificate, certificate.toString('pem'))
  await writeFile(files.key, PemConverter.encode(key, 'PRIVATE KEY'), { mode: 0o600 })
  return files
}
