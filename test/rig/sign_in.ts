import { randomUUID } from 'node:crypto'
import {
  type Integration,
  Integrations,
  type IntegrationType,
} from '../../src/service/applications/integrations.ts'
import {
  type AuthenticationEvent,
  AuthenticationLog,
} from '../../src/service/audit/authentication_log.ts'
import { composeDirectory } from '../../src/service/compose/directory.ts'
import { type SignIn as ComposedSignIn, composeSignIn } from '../../src/service/compose/sign_in.ts'
import type { PushConfig } from '../../src/service/config/push_section.ts'
import { defaultConfig } from '../../src/service/config/service_config.ts'
import type { SmsConfig } from '../../src/service/config/sms_section.ts'
import type { Delivery, PhonePrompt, SmsMessage } from '../../src/service/messaging/messaging.ts'
import type { User } from '../../src/service/people/user.ts'
import type { Directory } from '../../src/service/sign_in/subject.ts'
import type { AuthRequest } from '../../src/service/sign_in/subject_reads.ts'
import { Transactions } from '../../src/service/sign_in/transaction/transactions.ts'
import type { Store } from '../../src/service/store/store.ts'
import { activatePush } from './activate_push.ts'
import { setApplicationPolicy } from './application_policy.ts'
import { ManualClock } from './manual_clock.ts'
import { RecordingLog } from './recording_log.ts'

export interface PhoneUser {
  readonly user: User
  readonly phoneId: string
}

/** The sign-in over a real store, with ports that keep what they sent. */
export class SignIn {
  readonly store: Store
  readonly clock = new ManualClock()
  readonly log = new RecordingLog()
  readonly pushed: PhonePrompt[] = []
  readonly called: PhonePrompt[] = []
  readonly messages: SmsMessage[] = []
  readonly directory: Directory
  readonly preauth: ComposedSignIn['preauth']
  readonly auth: ComposedSignIn['auth']
  readonly authStatus: ComposedSignIn['authStatus']
  readonly pushAnswers: ComposedSignIn['pushAnswers']
  readonly settlement: ComposedSignIn['settlement']
  readonly fraudReports: ComposedSignIn['fraudReports']
  readonly tidy: () => Promise<void>
  readonly transactions: Transactions

  constructor(
    store: Store,
    push: Partial<PushConfig> = {},
    delivery: Delivery = {},
    sms: Partial<SmsConfig> = {},
  ) {
    this.store = store
    this.transactions = new Transactions(store, this.clock)
    this.directory = composeDirectory(store)
    const composed = composeSignIn(
      store,
      this.directory,
      this.transactions,
      {
        push: { send: async (request) => void this.pushed.push(request) },
        phone: {
          call: async (request) => {
            this.called.push(request)
            return 'waits for a key'
          },
        },
        sms: { send: async (message) => void this.messages.push(message) },
        ...delivery,
      },
      { name: 'Acme', timeZone: 'UTC' },
      {
        lockout: { threshold: 10, lockMs: 60_000 },
        push: { ...defaultConfig('.').push, ...push },
        sms: { ...defaultConfig('.').sms, ...sms },
      },
      { clock: this.clock, log: this.log },
    )
    this.preauth = composed.preauth
    this.auth = composed.auth
    this.authStatus = composed.authStatus
    this.pushAnswers = composed.pushAnswers
    this.settlement = composed.settlement
    this.fraudReports = composed.fraudReports
    this.tidy = composed.tidy
  }

  /** Creates a user with one phone, which takes pushes, calls and messages. */
  async addUser(): Promise<PhoneUser> {
    const username = `user-${randomUUID()}`
    return await this.store.transaction(async (db) => {
      const user = await this.directory.users.create({ username }, this.clock.now(), db)
      const number = { number: '+15550101234' }
      const phone = await this.directory.phones.add(user.userId, number, this.clock.now(), db)
      await activatePush(phone.phoneId, this.clock.now(), db)
      return { user, phoneId: phone.phoneId }
    })
  }

  async application(
    verifiedPush: 'off' | 'required' = 'off',
    type: IntegrationType = 'authapi',
  ): Promise<Integration> {
    const integrations = new Integrations(this.store)
    const made = await this.store.transaction(async (db) => {
      const name = await integrations.freeName('VPN', db)
      return await integrations.create({ name, type }, this.clock.now(), db)
    })
    if (verifiedPush === 'required') {
      await setApplicationPolicy(this.store, made, { verifiedPush: true })
    }
    return made
  }

  request(integration: Integration, { username }: User): AuthRequest {
    return {
      integration,
      user: { username },
      ipaddr: '203.0.113.7',
      hostname: 'laptop',
    }
  }

  /** A user's log lines, oldest first. */
  async lines({ userId }: User): Promise<AuthenticationEvent[]> {
    const log = new AuthenticationLog()
    return (await log.ofUser(userId, { since: 0, limit: 1000 }, this.store.db)).toReversed()
  }
}
