import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { after, before, beforeEach } from 'node:test'
import { type Integration, Integrations } from '../../src/service/applications/integrations.ts'
import type { PhonePrompt, SmsMessage } from '../../src/service/messaging/messaging.ts'
import { ManualClock } from './manual_clock.ts'
import type { PushPhone } from './push_phone.ts'
import { parseResponse, TestService } from './service.ts'
import type { StoreRig } from './store.ts'
import { until } from './until.ts'

export type Parameters = Readonly<Record<string, string>>

/** A call of a proxy that waits for a user. */
export interface SentRequest {
  readonly call: Promise<Parameters>
  readonly result: () => Promise<string | undefined>
  /** With its answer, once there is one. */
  readonly state: { readonly answer?: Parameters }
  /** Closes its connection, as the end of its proxy does. */
  readonly hangUp: () => void
}

/** The application's client waits 20 s for each of two servers, and retries once. */
export const timeoutMs = 20_000
export const toleranceMs = 1_500
/** A retry may be on its way for so long. */
export const delayMs = 5_000

/**
 * A RADIUS client that retries with new packets, and its user. With PostgreSQL, its requests reach two nodes in turn.
 * Made within `describe`; each test begins with a new user.
 */
export class RetryingClient {
  readonly clock = new ManualClock()
  readonly pushed: PhonePrompt[] = []
  readonly called: PhonePrompt[] = []
  readonly texted: SmsMessage[] = []
  /** When the nodes could not run; set by a test. */
  readonly stalls = { unreadMs: 0 }
  #nodes: readonly TestService[] = []
  #app: Integration | undefined
  #phone: PushPhone | undefined
  #username = ''
  #began = 0
  #turn = 0

  constructor(database: () => StoreRig) {
    before(() => this.#start(database()))
    after(() => Promise.all(this.#nodes.map((node) => node.close())))
    beforeEach(() => this.#newUser())
  }

  get nodes(): readonly TestService[] {
    return this.#nodes
  }

  get first(): TestService {
    const [first] = this.#nodes
    assert(first !== undefined)
    return first
  }

  get app(): Integration {
    assert(this.#app !== undefined)
    return this.#app
  }

  get phone(): PushPhone {
    assert(this.#phone !== undefined)
    return this.#phone
  }

  get username(): string {
    return this.#username
  }

  nextNode(): TestService {
    const node = this.#nodes[this.#turn++ % this.#nodes.length]
    assert(node !== undefined)
    return node
  }

  /** Sends a request with a fingerprint of its own to the next node, and waits until it waits. */
  async send(parameters: Parameters = {}): Promise<SentRequest> {
    const before = await this.#recorded()
    const sent = this.begin(parameters)
    await until(async () => sent.state.answer !== undefined || (await this.#recorded()) !== before)
    return sent
  }

  /** As `send`, without waiting. */
  begin(parameters: Parameters = {}): SentRequest {
    const state: { answer?: Parameters } = {}
    const hangUp = new AbortController()
    const call = this.nextNode()
      .call(
        {
          ...{ method: 'POST', path: '/auth/v2/auth', integration: this.app },
          parameters: {
            ...{ username: this.#username, factor: 'prompt', prompt: 'push' },
            radius_source: '10.0.0.11',
            request_fingerprint: randomBytes(32).toString('hex'),
            ...parameters,
          },
        },
        hangUp.signal,
      )
      .then((answer) => {
        state.answer = parseResponse(answer) as Parameters
        return state.answer
      })
    // some still wait when the service stops
    call.catch(() => {})
    return { call, result: async () => (await call).result, state, hangUp: () => hangUp.abort() }
  }

  /** Sets the time after the first request. */
  at(ms: number): void {
    this.clock.advance(this.#began + ms - this.clock.now())
  }

  /** What the app shows. */
  async shown(): Promise<string[]> {
    return (await this.phone.requests()).map(({ txid }) => String(txid))
  }

  /** The only push that the app shows. */
  async only(): Promise<string> {
    const [txid = '', ...others] = await this.shown()
    assert.deepEqual(others, [])
    assert.notEqual(txid, '')
    return txid
  }

  /** Whether a push was approved, and waits for the request that it lets in. */
  async isApproved(txid: string): Promise<boolean> {
    const found = await this.first.store.db
      .selectFrom('transactions')
      .select('approved')
      .where('txid', '=', txid)
      .executeTakeFirst()
    return found?.approved !== null
  }

  /** How the user's sign-ins ended, as the log says it. */
  async reasons(): Promise<string[]> {
    const rows = await this.first.store.db
      .selectFrom('authentication_log')
      .select(['reason', 'decided_by'])
      .where('username', '=', this.#username)
      .orderBy('timestamp')
      .execute()
    return rows.map(({ reason, decided_by }) => `${reason} ${decided_by}`.trim())
  }

  /** Waits until the nodes know that so many requests of the user have no proxy any more. */
  async untilGone(count: number): Promise<void> {
    await until(async () => {
      const gone = await this.first.store.db
        .selectFrom('joined_requests')
        .select('request_id')
        .where('arrived', '>=', this.#began)
        .where('txid', 'is not', null)
        .where('listener', 'is', null)
        .execute()
      return gone.length === count
    })
  }

  /** Changes with every request that the service has recorded. */
  async #recorded(): Promise<string> {
    const rows = await this.first.store.db
      .selectFrom('joined_requests')
      .select(['request_id', 'slot', 'txid', 'detached', 'listener'])
      // not those of earlier tests, which are deleted meanwhile
      .where('arrived', '>=', this.#began)
      .orderBy('request_id')
      .execute()
    return JSON.stringify(rows)
  }

  async #start({ folder, databaseUrl }: StoreRig): Promise<void> {
    const { clock, stalls } = this
    const delivery = {
      push: { send: async (prompt: PhonePrompt) => void this.pushed.push(prompt) },
      phone: {
        call: async (prompt: PhonePrompt) => {
          this.called.push(prompt)
          return 'waits for a key' as const
        },
      },
      sms: { send: async (message: SmsMessage) => void this.texted.push(message) },
    }
    const database = databaseUrl === undefined ? {} : { databaseUrl }
    const node = () => TestService.start({ clock, stalls, folder, delivery, ...database })
    const first = await node()
    this.#nodes = databaseUrl === undefined ? [first] : [first, await node()]
    const { ikey } = await first.addIntegration('radius')
    this.#app = await first.store.transaction(async (db) => {
      const integrations = new Integrations(first.store)
      const client = { radiusTimeoutSecs: timeoutMs / 1000, radiusRetries: 1, radiusServers: 2 }
      await integrations.update(ikey, { client }, db)
      return await integrations.byIkey(ikey, db)
    })
  }

  async #newUser(): Promise<void> {
    this.#username = `user-${randomUUID()}`
    const { userId } = await this.first.addUser({ username: this.#username })
    const phoneId = await this.first.addPhone(userId, '+15550101234')
    this.#phone = await this.first.addPushPhone(userId, { phoneId })
    for (const sent of [this.pushed, this.called, this.texted]) sent.length = 0
    this.stalls.unreadMs = 0
    this.#began = this.clock.now()
  }
}
