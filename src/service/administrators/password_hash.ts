import { type Argon2Parameters, argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import type { Secret } from '../../host/secret.ts'
import { AdministratorError } from './administrator.ts'

const derive = promisify(argon2)

/** OWASP's second recommendation: 19 MiB, two passes. */
const cost = { memory: 19_456, passes: 2, parallelism: 1 }
const saltOctets = 16
const hashOctets = 32
/** Hashes at once; each takes one thread of the pool that TLS and DNS also use. */
const maxAtOnce = 2
const maxWaiting = 16
const maxPreferred = 16
const stored = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([\w+/]+)\$([\w+/]+)$/

/** Compared with if there is no password, so that an unknown address takes as long as a known one. */
const decoy = `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=${cost.parallelism}$${'A'.repeat(22)}$${'A'.repeat(43)}`

/**
 * Hashes passwords with argon2id (RFC 9106). Two at most run at once, and sixteen wait: a flood of
 * sign-ins must not take the processor from the logins of users. Preferred ones have a queue of their
 * own, which comes first.
 */
export class PasswordHashes {
  #running = 0
  readonly #waiting: (() => void)[] = []
  readonly #preferred: (() => void)[] = []

  /** @returns `$argon2id$…` in the format of the reference implementation. */
  async hash(password: Secret): Promise<string> {
    const salt = randomBytes(saltOctets)
    const digest = await this.#derive(password, salt, cost, true)
    const { memory, passes, parallelism } = cost
    return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${base64(salt)}$${base64(digest)}`
  }

  /**
   * @param hash `null` if there is no password; takes as long, and never matches.
   * @throws {AdministratorError} `limit` if too many hashes wait.
   */
  async matches(
    password: Secret,
    hash: string | null,
    { isPreferred }: { readonly isPreferred: boolean },
  ): Promise<boolean> {
    const parsed = stored.exec(hash ?? decoy)
    if (parsed === null) return false
    const [, memory, passes, parallelism, salt = '', digest = ''] = parsed
    const expected = Buffer.from(digest, 'base64')
    const stretched = {
      memory: Number(memory),
      passes: Number(passes),
      parallelism: Number(parallelism),
    }
    const actual = await this.#derive(password, Buffer.from(salt, 'base64'), stretched, isPreferred)
    const same = expected.length === actual.length && timingSafeEqual(expected, actual)
    return same && hash !== null
  }

  async #derive(
    password: Secret,
    nonce: Buffer,
    { memory, passes, parallelism }: Pick<Argon2Parameters, 'memory' | 'passes' | 'parallelism'>,
    isPreferred: boolean,
  ): Promise<Buffer> {
    await this.#enter(isPreferred)
    try {
      return await derive('argon2id', {
        message: Buffer.from(password.reveal().normalize('NFKC')),
        nonce,
        memory,
        passes,
        parallelism,
        tagLength: hashOctets,
      })
    } finally {
      this.#leave()
    }
  }

  async #enter(isPreferred: boolean): Promise<void> {
    if (this.#running < maxAtOnce) {
      this.#running++
      return
    }
    const [queue, max] = isPreferred ? [this.#preferred, maxPreferred] : [this.#waiting, maxWaiting]
    if (queue.length >= max) {
      throw new AdministratorError('limit', 'Too many sign-ins at once. Try again in a minute.')
    }
    await new Promise<void>((resolve) => queue.push(resolve))
  }

  #leave(): void {
    const next = this.#preferred.shift() ?? this.#waiting.shift()
    if (next === undefined) this.#running--
    else next()
  }
}

function base64(octets: Buffer): string {
  return octets.toString('base64').replace(/=+$/, '')
}
