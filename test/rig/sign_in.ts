import { randomUUID } from 'node:crypto'
import {
  type Integration,
  Integrations,
  type IntegrationType,
  type VerifiedPush,
} from '../../src/service/applications/integrations.ts'
import {
  type AuthenticationEvent,
  AuthenticationLog,
} from '../../src/service/audit/authentication_log.ts'
import { BypassCodes } from '../../src/service/authenticators/bypass/bypass_codes.ts'
import { Tokens } from '../../src/service/authenticators/oath/oath_tokens.ts'
import { Phones } from '../../src/service/authenticators/phone/phones.ts'
import { SmsPasscodes } from '../../src/service/authenticators/sms/sms_passcodes.ts'
import { Yubikeys } from '../../src/service/authenticators/yubikey/yubikeys.ts'
import { composeAuthentication } from '../../src/service/compose/sign_in.ts'
import type { PushConfig } from '../../src/service/config/push_section.ts'
import { defaultConfig } from '../../src/service/config/service_config.ts'
import type { SmsConfig } from '../../src/service/config/sms_section.ts'
import type { Delivery, PhonePrompt, SmsMessage } from '../../src/service/messaging/messaging.ts'
import { Groups } from '../../src/service/people/groups.ts'
import type { User } from '../../src/service/people/user.ts'
import { Users } from '../../src/service/people/users.ts'
import type { Authentication, AuthRequest } from '../../src/service/sign_in/authentication.ts'
import { Lockout } from '../../src/service/sign_in/lockout.ts'
import type { Directory } from '../../src/service/sign_in/subject.ts'
import { Transactions } from '../../src/service/sign_in/transaction/transactions.ts'
import type { Store } from '../../src/service/store/store.ts'
import { activatePush } from './activate_push.ts'
import { ManualClock } from './manual_clock.ts'
import { RecordingLog } from './recording_log.ts'

export interface Somebody {
  readonly user: User
  readonly phoneId: string
}

/** Those who decide on sign-ins, over a real store, with ways to a phone that keep what they sent. */
export class SignIn {
  readonly store: Store
  readonly clock = new ManualClock()
  readonly log = new RecordingLog()
  readonly pushed: PhonePrompt[] = []
  readonly called: PhonePrompt[] = []
  readonly messages: SmsMessage[] = []
  readonly directory: Directory
  readonly authentication: Authentication
  readonly transactions: Transactions

  constructor(
    store: Store,
    push: Partial<PushConfig> = {},
    delivery: Delivery = {},
    sms: Partial<SmsConfig> = {},
  ) {
    this.store = store
    this.transactions = new Transactions(store, this.clock)
    this.directory = {
      users: new Users(store),
      groups: new Groups(store),
      phones: new Phones(store),
      tokens: new Tokens(store),
      yubikeys: new Yubikeys(store),
      bypassCodes: new BypassCodes(store),
      smsPasscodes: new SmsPasscodes(store),
    }
    this.authentication = composeAuthentication({
      store,
      directory: this.directory,
      lockout: new Lockout(store, { threshold: 10, lockMs: 60_000 }),
      transactions: this.transactions,
      delivery: {
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
      push: { ...defaultConfig('.').push, ...push },
      sms: { ...defaultConfig('.').sms, ...sms },
      clock: this.clock,
      log: this.log,
    })
  }

  /** A user with one phone, which takes pushes, calls and messages. */
  async somebody(): Promise<Somebody> {
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
    verifiedPush: VerifiedPush = 'off',
    type: IntegrationType = 'authapi',
  ): Promise<Integration> {
    const integrations = new Integrations(this.store)
    return await this.store.transaction(async (db) => {
      const name = await integrations.freeName('VPN', db)
      const made = await integrations.create({ name, type }, this.clock.now(), db)
      await integrations.update(made.ikey, { verifiedPush }, db)
      return { ...made, verifiedPush }
    })
  }

  request(integration: Integration, { username }: User): AuthRequest {
    return {
      integration,
      named: { username },
      ipaddr: '203.0.113.7',
      hostname: 'laptop',
    }
  }

  /** The lines of a user's, the oldest first. */
  async lines({ userId }: User): Promise<AuthenticationEvent[]> {
    const log = new AuthenticationLog(this.store)
    return (await log.ofUser(userId, { since: 0, limit: 1000 })).toReversed()
  }
}
