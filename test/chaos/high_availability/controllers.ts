import { randomBytes } from 'node:crypto'
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { Code, encodeAccessRequest, SharedSecret, verifyReply } from '../../../src/radius/index.ts'

const radiusPort = 1812

export interface DirectorySettings {
  readonly controllers: readonly string[]
  readonly servers: readonly string[]
  readonly secret: string
  /** For each attempt. */
  readonly timeoutMs: number
  readonly deadlineMs: number
}

export interface LoginRequest {
  readonly username: string
  /** What the user types in the box for the MFA code. */
  readonly box: string
  /** Whether a retry is the same packet, or one with a fresh authenticator. */
  readonly resend: 'same-packet' | 'new-packet'
  /** Index of the controller. */
  readonly controller: number
}

export interface LoginResult {
  readonly verdict: 'accept' | 'reject' | 'timeout'
  /** Index of the server that replied. */
  readonly server: number | undefined
  /** 1 for a login that the first packet decided. */
  readonly attempts: number
  readonly tookMs: number
}

/**
 * The RADIUS clients of a directory: servers in turn, each attempt with a timeout, late replies ignored,
 * and one deadline for all attempts.
 */
export class Controllers {
  readonly #settings: DirectorySettings
  readonly #secret: SharedSecret

  constructor(settings: DirectorySettings) {
    this.#settings = settings
    this.#secret = new SharedSecret(settings.secret)
  }

  async login(request: LoginRequest): Promise<LoginResult> {
    const { controllers, servers, timeoutMs, deadlineMs } = this.#settings
    const began = performance.now()
    const socket = createSocket('udp4')
    // a port unreachable of a killed proxy is no reply
    socket.on('error', () => {})
    socket.bind(0, controllers[request.controller % controllers.length])
    await once(socket, 'listening')
    let packet = this.#packet(request)
    try {
      for (let attempts = 1; ; attempts++) {
        const leftMs = deadlineMs - (performance.now() - began)
        const server = (attempts - 1) % servers.length
        // timers may fire a little early; no directory begins another attempt then
        if (leftMs < timeoutMs / 100) {
          const tookMs = performance.now() - began
          return { verdict: 'timeout', server: undefined, attempts: attempts - 1, tookMs }
        }
        if (attempts > 1 && request.resend === 'new-packet') packet = this.#packet(request)
        const waitMs = Math.min(timeoutMs, leftMs)
        const verdict = await this.#exchange(socket, servers[server] ?? '', packet, waitMs)
        if (verdict !== undefined) {
          return { verdict, server, attempts, tookMs: performance.now() - began }
        }
      }
    } finally {
      socket.close()
    }
  }

  #packet({ username, box }: LoginRequest): { octets: Uint8Array; authenticator: Uint8Array } {
    const authenticator = randomBytes(16)
    const password = new TextEncoder().encode(box)
    const [identifier = 0] = randomBytes(1)
    const fields = { username, password }
    const octets = encodeAccessRequest(identifier, authenticator, this.#secret, fields)
    return { octets, authenticator }
  }

  #exchange(
    socket: Socket,
    server: string,
    { octets, authenticator }: { octets: Uint8Array; authenticator: Uint8Array },
    waitMs: number,
  ): Promise<'accept' | 'reject' | undefined> {
    const { promise, resolve } = Promise.withResolvers<'accept' | 'reject' | undefined>()
    const late = setTimeout(() => resolve(undefined), waitMs)
    const receive = (datagram: Buffer, { address }: { address: string }): void => {
      if (address !== server || datagram[1] !== octets[1]) return
      try {
        const { code } = verifyReply(datagram, authenticator, this.#secret)
        resolve(code === Code.AccessAccept ? 'accept' : 'reject')
      } catch {
        // a reply to an earlier attempt
      }
    }
    socket.on('message', receive)
    socket.send(octets, radiusPort, server)
    return promise.finally(() => {
      clearTimeout(late)
      socket.off('message', receive)
    })
  }
}
