import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Clock } from '../host/clock.ts'

export type SessionEnd = 'idle' | 'replaced' | 'closed' | 'stopped'

/** The two secrets of a session; a request needs both. */
export interface SessionKeys {
  /** In a cookie, which scripts can't read. Browsers send it to every port of this address. */
  readonly cookie: string
  /** In a header, from storage that only pages of this port can read. */
  readonly proof: string
}

interface Session {
  readonly cookie: Buffer
  readonly proof: Buffer
  readonly ended: AbortController
  usedAt: number
}

/** The only session of the Manager: a new one ends the previous one. */
export class ManagerSession {
  readonly #clock: Clock
  readonly #maxIdleMs: number
  #session: Session | undefined

  constructor(clock: Clock, maxIdleMs: number) {
    this.#clock = clock
    this.#maxIdleMs = maxIdleMs
  }

  open(): SessionKeys {
    this.end('replaced')
    const [cookie, proof] = [createKey(), createKey()]
    this.#session = {
      cookie: hash(cookie),
      proof: hash(proof),
      ended: new AbortController(),
      usedAt: this.#clock.now(),
    }
    return { cookie, proof }
  }

  /**
   * Whether a request belongs to the session, which it then keeps from becoming idle.
   *
   * @returns Signal that is aborted when the session ends; its reason is a `SessionEnd`.
   */
  use({ cookie, proof }: SessionKeys): AbortSignal | undefined {
    this.endIfIdle()
    const session = this.#session
    if (session === undefined) return undefined
    const isCookieRight = timingSafeEqual(hash(cookie), session.cookie)
    const isProofRight = timingSafeEqual(hash(proof), session.proof)
    if (!isCookieRight || !isProofRight) return undefined
    session.usedAt = this.#clock.now()
    return session.ended.signal
  }

  endIfIdle(): void {
    const session = this.#session
    if (session === undefined) return
    if (this.#clock.now() - session.usedAt > this.#maxIdleMs) this.end('idle')
  }

  end(reason: SessionEnd): void {
    this.#session?.ended.abort(reason)
    this.#session = undefined
  }
}

function createKey(): string {
  return randomBytes(32).toString('base64url')
}

function hash(key: string): Buffer {
  return createHash('sha256').update(key).digest()
}
