import pg from 'pg'
import { Passcodes } from '../../../bench/service/passcodes.ts'
import type { Controllers } from './controllers.ts'
import type { Kind, LoginRecord } from './model.ts'
import type { ChaosPhones } from './phones.ts'
import type { Random } from './random.ts'
import type { PhoneHolder, Stock } from './stock.ts'

const mix = {
  'right passcode': 40,
  'wrong passcode': 8,
  'used passcode': 12,
  'unknown user': 5,
  'push, approved': 25,
  'push, denied': 6,
  'push, ignored': 4,
} as const satisfies Record<Kind, number>

const pollMs = 200
const pushLifeMs = 90_000
/** The clocks of all machines are one. */
const clocksApartMs = 5
/** How far a poll looks back, for transactions that committed late. */
const overlapMs = 3_000

interface WaitingPush {
  readonly kind: Kind
  readonly txids: Set<string>
  readonly until: number
  hasApproved: boolean
  approvedAt: number | undefined
}

export interface LoadOptions {
  readonly controllers: Controllers
  readonly phones: ChaosPhones
  readonly stock: Stock
  readonly databaseUrl: string
  readonly random: Random
  readonly deadlineMs: number
  /** What retries are. */
  readonly resend: 'same-packet' | 'new-packet' | 'both'
}

/**
 * Signs in many users at a steady rate, whatever became of the ones before, and answers their pushes. A
 * user signs in again only after the login before has ended.
 */
export class Load {
  readonly records: LoginRecord[] = []
  readonly #options: LoadOptions
  readonly #passcodes: Passcodes[]
  readonly #usedBy = new Map<string, { readonly box: string; readonly began: number }>()
  readonly #database: pg.Pool
  readonly #idlePhones: PhoneHolder[]
  readonly #pending = new Map<string, WaitingPush>()
  readonly #inProgress = new Set<Promise<void>>()
  #lacking = 0
  #turn = 0
  #isOver = false

  constructor(options: LoadOptions) {
    this.#options = options
    this.#passcodes = options.stock.tokenHolders.map((holder) => new Passcodes(holder))
    this.#idlePhones = [...options.stock.phoneHolders]
    const connectionString = options.databaseUrl
    this.#database = new pg.Pool({ connectionString, connectionTimeoutMillis: 2_000, max: 2 })
    this.#database.on('error', () => {})
  }

  /** Logins that were left out because all users of their kind were signing in. */
  get lacking(): number {
    return this.#lacking
  }

  /** Begins `rate` logins per second until a moment, and waits until all have ended. */
  async run(rate: number, until: number): Promise<void> {
    const watching = this.#watchPushes()
    const began = performance.now()
    for (let sent = 0; performance.now() < until; sent++) {
      const dueMs = began + (sent * 1000) / rate - performance.now()
      if (dueMs > 1) await pause(dueMs)
      const login = this.#login()
      this.#inProgress.add(login)
      void login.finally(() => this.#inProgress.delete(login))
    }
    while (this.#inProgress.size > 0) await Promise.all(this.#inProgress)
    this.#isOver = true
    await watching
  }

  async #login(): Promise<void> {
    const kind = this.#options.random.weighted(mix)
    if (kind.startsWith('push')) return await this.#push(kind)
    if (kind === 'unknown user') {
      await this.#typed(kind, `nobody${this.#turn++}`, '123456')
      return
    }
    if (kind === 'used passcode') {
      const [used] = this.#usedBy
      if (used === undefined) return
      const [username, { box, began }] = used
      this.#usedBy.delete(username)
      // failmode=safe uses no passcode up
      if (await this.#wasLogged(username, began)) await this.#typed(kind, username, box)
      return
    }
    const passcodes = this.#passcodes.shift()
    if (passcodes === undefined) {
      this.#lacking++
      return
    }
    try {
      const { username } = passcodes
      const isWrong = kind === 'wrong passcode'
      const began = Date.now()
      const box = isWrong ? '0000000' : passcodes.next()
      const verdict = await this.#typed(kind, username, box)
      if (verdict === 'accept' && !isWrong) this.#usedBy.set(username, { box, began })
    } finally {
      this.#passcodes.push(passcodes)
    }
  }

  async #typed(kind: Kind, username: string, box: string): Promise<string> {
    const { resend, controller } = this.#packet()
    const began = performance.now()
    const { controllers } = this.#options
    const result = await controllers.login({ username, box, resend, controller })
    const nothing = { pushes: 0, hasApproved: false, approvedAt: undefined }
    this.records.push({ kind, username, began, resend, result, ...nothing })
    return result.verdict
  }

  async #push(kind: Kind): Promise<void> {
    const phone = this.#idlePhones.shift()
    if (phone === undefined) {
      this.#lacking++
      return
    }
    const { username, phoneId } = phone
    const { resend, controller } = this.#packet()
    const began = performance.now()
    const until = began + this.#options.deadlineMs
    const waiting: WaitingPush = {
      kind,
      txids: new Set(),
      until,
      hasApproved: false,
      approvedAt: undefined,
    }
    this.#pending.set(phoneId, waiting)
    const { controllers } = this.#options
    const result = await controllers.login({ username, box: 'push', resend, controller })
    // a push may arrive at the phone when the directory has given up
    await pause(overlapMs)
    this.#pending.delete(phoneId)
    const { txids, hasApproved, approvedAt } = waiting
    this.records.push({
      kind,
      username,
      began,
      resend,
      result,
      pushes: txids.size,
      hasApproved,
      approvedAt,
    })
    // a push that is still open would be a second one of the next login
    const isOpen = result.verdict === 'timeout' || kind === 'push, ignored'
    setTimeout(() => this.#idlePhones.push(phone), isOpen ? pushLifeMs : 0).unref()
  }

  /** Whether the service itself let a user in. */
  async #wasLogged(username: string, since: number): Promise<boolean> {
    try {
      const { rowCount } = await this.#database.query(
        `select 1 from authentication_log where username = $1 and timestamp >= $2 and result = 'success'`,
        [username, since - clocksApartMs],
      )
      return rowCount === 1
    } catch {
      return false
    }
  }

  #packet(): { resend: 'same-packet' | 'new-packet'; controller: number } {
    const { random, resend } = this.#options
    const picked = random.pick<'same-packet' | 'new-packet'>(['same-packet', 'new-packet'])
    return { resend: resend === 'both' ? picked : resend, controller: this.#turn++ % 2 }
  }

  /** Shows each phone its pushes, as the database has them. */
  async #watchPushes(): Promise<void> {
    let from = Date.now() - overlapMs
    while (!this.#isOver) {
      await pause(pollMs)
      try {
        const now = Date.now()
        const { rows } = await this.#database.query<{ txid: string; phone_id: string | null }>(
          'select txid, phone_id from transactions where opened > $1',
          [from],
        )
        from = now - overlapMs
        for (const { txid, phone_id: phoneId } of rows)
          if (phoneId !== null) this.#show(phoneId, txid)
      } catch {
        // the database is down as well at times
      }
    }
    await this.#database.end().catch(() => {})
  }

  #show(phoneId: string, txid: string): void {
    const waiting = this.#pending.get(phoneId)
    if (waiting === undefined || waiting.txids.has(txid)) return
    const isFirst = waiting.txids.size === 0
    waiting.txids.add(txid)
    const { kind, until } = waiting
    if (kind === 'push, ignored' || !isFirst) return
    const decision = kind === 'push, denied' ? 'deny' : 'approve'
    const thinkMs = this.#options.random.between(500, 6_000)
    const answering = pause(thinkMs)
      .then(() => {
        waiting.hasApproved = decision === 'approve'
        return this.#options.phones.answer(phoneId, txid, decision, until)
      })
      .then((at) => {
        if (decision === 'approve') waiting.approvedAt = at
      })
    this.#inProgress.add(answering)
    void answering.finally(() => this.#inProgress.delete(answering))
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
