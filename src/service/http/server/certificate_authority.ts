import 'reflect-metadata'
import { webcrypto } from 'node:crypto'
import { isIP } from 'node:net'
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509'

/** A certificate and its private key, both as PEM. */
export interface Certified {
  readonly certificate: string
  readonly key: string
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
const dayMs = 24 * 60 * 60_000
const authorityDays = 3650
/** The maximum that browsers and phones accept. */
const serverDays = 825
/** Clocks of clients may be behind. */
const earlierMs = 60 * 60_000

/** Creates a certificate authority for this service (RFC 5280 §4.2.1.9). */
export async function makeAuthority(now: number): Promise<Certified> {
  const keys = await newKeys()
  const certificate = await X509CertificateGenerator.createSelfSigned(
    {
      name: 'CN=Countersign CA',
      serialNumber: serialNumber(),
      notBefore: new Date(now - earlierMs),
      notAfter: new Date(now + authorityDays * dayMs),
      signingAlgorithm: algorithm,
      keys,
      extensions: [
        new BasicConstraintsExtension(true, 0, true),
        new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
        await SubjectKeyIdentifierExtension.create(keys.publicKey),
      ],
    },
    webcrypto,
  )
  return { certificate: `${certificate.toString('pem')}\n`, key: await keyPem(keys.privateKey) }
}

/** @param names Host names and IP addresses of the server. */
export async function makeServerCertificate(
  authority: Certified,
  names: readonly string[],
  now: number,
): Promise<Certified> {
  const issuer = new X509Certificate(authority.certificate)
  const keys = await newKeys()
  const certificate = await X509CertificateGenerator.create(
    {
      subject: [{ CN: [names[0] ?? 'localhost'] }],
      issuer: issuer.subjectName,
      serialNumber: serialNumber(),
      notBefore: new Date(now - earlierMs),
      notAfter: new Date(Math.min(now + serverDays * dayMs, issuer.notAfter.getTime())),
      signingAlgorithm: algorithm,
      publicKey: keys.publicKey,
      signingKey: await importedKey(authority.key),
      extensions: [
        new BasicConstraintsExtension(false, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
        new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
        new SubjectAlternativeNameExtension(alternativeNames(names)),
        await AuthorityKeyIdentifierExtension.create(issuer),
        await SubjectKeyIdentifierExtension.create(keys.publicKey),
      ],
    },
    webcrypto,
  )
  return { certificate: `${certificate.toString('pem')}\n`, key: await keyPem(keys.privateKey) }
}

/** IPv4 addresses are listed as DNS names, too: older clients only look there. */
export function alternativeNames(
  names: readonly string[],
): { readonly type: 'dns' | 'ip'; readonly value: string }[] {
  return [...new Set(names)].flatMap((name) => {
    const dns = { type: 'dns' as const, value: name }
    switch (isIP(name)) {
      case 4:
        return [dns, { type: 'ip' as const, value: name }]
      case 6:
        return [{ type: 'ip' as const, value: name }]
      default:
        return [dns]
    }
  })
}

async function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
}

async function keyPem(key: webcrypto.CryptoKey): Promise<string> {
  const der = await webcrypto.subtle.exportKey('pkcs8', key)
  return `${PemConverter.encode(der, PemConverter.PrivateKeyTag)}\n`
}

async function importedKey(pem: string): Promise<webcrypto.CryptoKey> {
  const der = PemConverter.decodeFirst(pem)
  return await webcrypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign'])
}

/** A positive number of 16 octets (RFC 5280 §4.1.2.2). */
function serialNumber(): string {
  const octets = webcrypto.getRandomValues(new Uint8Array(16))
  return `01${Buffer.from(octets.subarray(1)).toString('hex')}`
}
