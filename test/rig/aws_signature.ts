import { createHash, createHmac } from 'node:crypto'

/** A request to sign; header names are in lower case. */
export interface SignedRequest {
  readonly method: string
  /** Path and query. */
  readonly path: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

/** What an Authorization header of Signature Version 4 says. */
export interface AwsAuthorization {
  readonly accessKeyId: string
  readonly date: string
  readonly region: string
  readonly service: string
  readonly signedHeaders: readonly string[]
  readonly signature: string
}

const form =
  /^AWS4-HMAC-SHA256 Credential=([^/, ]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, ?SignedHeaders=([^, ]+), ?Signature=([0-9a-f]{64})$/

export function readAuthorization(header: string): AwsAuthorization | undefined {
  const match = form.exec(header)
  if (match === null) return undefined
  const [, accessKeyId = '', date = '', region = '', service = '', names = '', signature = ''] =
    match
  return { accessKeyId, date, region, service, signedHeaders: names.split(';'), signature }
}

/**
 * The signature that a request has to have, in hex, step by step as AWS documents it ("Create a
 * signed AWS API request": canonical request, string to sign, signing key).
 */
export function awsSignature(
  { method, path, headers, body }: SignedRequest,
  { date, region, service, signedHeaders }: Omit<AwsAuthorization, 'signature' | 'accessKeyId'>,
  secret: string,
): string {
  const [pathname = '/', query = ''] = path.split('?', 2)
  const canonicalQuery = query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => (pair.includes('=') ? pair : `${pair}=`))
    .sort()
    .join('&')
  const canonicalHeaders = signedHeaders.map((name) => {
    const value = String(headers[name] ?? '')
    return `${name}:${value.trim().replace(/ +/g, ' ')}\n`
  })
  const canonical = [
    method,
    pathname,
    canonicalQuery,
    canonicalHeaders.join(''),
    signedHeaders.join(';'),
    sha256(body),
  ].join('\n')
  const scope = `${date}/${region}/${service}/aws4_request`
  const time = String(headers['x-amz-date'] ?? '')
  const toSign = ['AWS4-HMAC-SHA256', time, scope, sha256(canonical)].join('\n')
  const key = [date, region, service, 'aws4_request'].reduce<Buffer>(
    (previous, part) => hmac(previous, part),
    Buffer.from(`AWS4${secret}`),
  )
  return hmac(key, toSign).toString('hex')
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}
