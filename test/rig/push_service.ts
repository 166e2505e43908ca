import {
  createDecipheriv,
  createECDH,
  createPublicKey,
  hkdfSync,
  randomBytes,
  verify,
} from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { serverCertificate } from '../../src/service/http/server/certificate_files.ts'

/** A message as the push service got it, and as the browser reads it. */
export interface PushedMessage {
  readonly path: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** Claims of the VAPID token (RFC 8292), whose signature has been checked. */
  readonly claims: Readonly<Record<string, unknown>>
  /** Key that signed it, in base64url. */
  readonly vapidKey: string
  /** Decrypted (RFC 8291). */
  readonly text: string
}

interface Subscriber {
  readonly ecdh: ReturnType<typeof createECDH>
  readonly auth: Buffer
}

/** A push service such as browsers' makers run (RFC 8030), over TLS on loopback. */
export class PushService {
  readonly ca: string
  readonly port: number
  readonly messages: PushedMessage[] = []
  /** What it answers with. */
  status = 201
  headers: Readonly<Record<string, string>> = {}
  /** Takes requests, and never answers. */
  silent = false
  requests = 0
  readonly #server: Server
  readonly #folder: string
  readonly #subscribers = new Map<string, Subscriber>()

  private constructor(server: Server, port: number, folder: string, ca: string) {
    this.#server = server
    this.#folder = folder
    this.port = port
    this.ca = ca
  }

  static async start(hostName = 'localhost'): Promise<PushService> {
    const folder = mkdtempSync(join(tmpdir(), 'push-service-'))
    const certified = await serverCertificate(folder, [hostName], undefined, Date.now())
    const server = createServer({ cert: certified.certificate, key: certified.key })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('no address')
    const ca = readFileSync(certified.caFile ?? '', 'utf8')
    const service = new PushService(server, address.port, folder, ca)
    server.on('request', (request, response) => {
      service.requests++
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        if (service.silent) return
        const { url = '', headers } = request
        if (service.status === 201) service.#take(url, headers, Buffer.concat(chunks))
        response.writeHead(service.status, service.headers).end()
      })
    })
    return service
  }

  /** What a browser hands to the app that subscribes. */
  subscribe(host = 'localhost'): {
    readonly endpoint: string
    readonly keys: { readonly p256dh: string; readonly auth: string }
  } {
    const ecdh = createECDH('prime256v1')
    const p256dh = ecdh.generateKeys('base64url')
    const auth = randomBytes(16)
    const path = `/wpush/${randomBytes(8).toString('hex')}`
    this.#subscribers.set(path, { ecdh, auth })
    const endpoint = `https://${host}:${this.port}${path}`
    return { endpoint, keys: { p256dh, auth: auth.toString('base64url') } }
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
    rmSync(this.#folder, { recursive: true })
  }

  #take(path: string, headers: PushedMessage['headers'], body: Buffer): void {
    const subscriber = this.#subscribers.get(path)
    if (subscriber === undefined) throw new Error(`nobody has subscribed to ${path}`)
    const { claims, key: vapidKey } = readVapid(String(headers.authorization))
    this.messages.push({ path, headers, claims, vapidKey, text: decrypted(body, subscriber) })
  }
}

/** RFC 8292 §3: `vapid t=TOKEN, k=KEY`, the token signed by the key with ES256. */
function readVapid(authorization: string): {
  readonly claims: Readonly<Record<string, unknown>>
  readonly key: string
} {
  const [, token = '', key = ''] = /^vapid t=([^,]+), k=(.+)$/.exec(authorization) ?? []
  const [header = '', payload = '', signature = ''] = token.split('.')
  const point = Buffer.from(key, 'base64url')
  const jwk = {
    kty: 'EC',
    crv: 'P-256',
    x: point.subarray(1, 33).toString('base64url'),
    y: point.subarray(33).toString('base64url'),
  }
  const right = verify(
    'sha256',
    Buffer.from(`${header}.${payload}`),
    { key: createPublicKey({ key: jwk, format: 'jwk' }), dsaEncoding: 'ieee-p1363' },
    Buffer.from(signature, 'base64url'),
  )
  if (!right) throw new Error('the VAPID token is not signed by its key')
  return { claims: JSON.parse(Buffer.from(payload, 'base64url').toString()), key }
}

/** RFC 8291 §3.4 and RFC 8188 §2, of one record. */
function decrypted(body: Buffer, { ecdh, auth }: Subscriber): string {
  const salt = body.subarray(0, 16)
  const keyLength = body.readUInt8(20)
  const sender = body.subarray(21, 21 + keyLength)
  const sealed = body.subarray(21 + keyLength)
  const info = Buffer.concat([Buffer.from('WebPush: info\0'), ecdh.getPublicKey(), sender])
  const shared = ecdh.computeSecret(sender)
  const ikm = Buffer.from(hkdfSync('sha256', shared, auth, info, 32))
  const derive = (label: string, length: number) =>
    Buffer.from(hkdfSync('sha256', ikm, salt, Buffer.from(`Content-Encoding: ${label}\0`), length))
  const decipher = createDecipheriv('aes-128-gcm', derive('aes128gcm', 16), derive('nonce', 12))
  decipher.setAuthTag(sealed.subarray(-16))
  const record = Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()])
  // the last record ends with a 2 and padding
  return record.subarray(0, record.lastIndexOf(2)).toString()
}
