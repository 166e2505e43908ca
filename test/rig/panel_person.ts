import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { AdministratorLog } from '../../src/service/audit/administrator_log.ts'
import type { User } from '../../src/service/people/user.ts'
import { AdminClient, addAdministrator, type TestAdministrator } from './admin_client.ts'
import type { ManualClock } from './manual_clock.ts'
import type { PushPhone } from './push_phone.ts'
import type { Answer, TestService } from './service.ts'

/** An administrator, the user with the same e-mail address, and the app on that user's phone. */
export interface PanelPerson {
  readonly admin: TestAdministrator
  readonly user: User
  readonly phone: PushPhone
  /** Signed in and stepped up. */
  readonly client: AdminClient
}

/** Administrators whose phones are factors, and what they do at the panel of one service. */
export class PanelRig {
  readonly service: TestService
  readonly clock: ManualClock

  constructor(service: TestService, clock: ManualClock) {
    this.service = service
    this.clock = clock
  }

  browser(): AdminClient {
    return new AdminClient(this.service, () => this.clock.now())
  }

  async person(): Promise<PanelPerson> {
    const name = randomBytes(5).toString('hex')
    const email = `${name}@example.com`
    const admin = await addAdministrator(this.service.store, { email })
    const user = await this.service.addUser({ username: name, email: email.toUpperCase() })
    const phone = await this.service.addPushPhone(user.userId, { name: 'Pixel 9' })
    const client = this.browser()
    await client.signIn(admin)
    return { admin, user, phone, client }
  }

  /** A person whose phone is a factor. */
  async enrolled(): Promise<PanelPerson> {
    const person = await this.person()
    const added = await this.add(person)
    assert.equal(added.body.state, 'signed_in', added.text)
    return person
  }

  async add({ client, phone }: Pick<PanelPerson, 'client' | 'phone'>): Promise<Answer> {
    // factors are listed by the time at which they were added
    this.clock.advance(1)
    const sent = await client.post('factors/push', { phone_id: phone.phoneId })
    if (sent.status !== 200) return sent
    await phone.answerNext('approve', { code: String(sent.body.code) })
    return await client.post('factors/push/status')
  }

  /** Types the password in a new browser. */
  async password({ admin }: Pick<PanelPerson, 'admin'>): Promise<AdminClient> {
    const client = this.browser()
    const { email } = admin.administrator
    const begun = await client.post('sign-in', { email, password: admin.password })
    assert.equal(begun.body.state, 'second_factor', begun.text)
    return client
  }

  /** Types the password, and sends a push. */
  async asked(
    person: Pick<PanelPerson, 'admin'>,
  ): Promise<{ readonly client: AdminClient; readonly code: string }> {
    const client = await this.password(person)
    const sent = await client.post('sign-in/push')
    assert.equal(sent.status, 200, sent.text)
    return { client, code: String(sent.body.code) }
  }

  async state(client: AdminClient): Promise<unknown> {
    return (await client.get('session')).body.state
  }

  /** The lines of the administrator log about one administrator, newest first. */
  async log(person: PanelPerson): Promise<readonly string[]> {
    const { items } = await new AdministratorLog().page({ limit: 100 }, this.service.store.db)
    return items
      .filter(({ object }) => object === person.admin.administrator.email)
      .map(({ action, description }) => `${action} ${description}`)
  }
}

/** The factor on a phone, in an answer of `GET profile`. */
export function pushFactor(
  profile: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const factors = Array.isArray(profile.factors) ? profile.factors : []
  return factors.find(({ kind }) => kind === 'push') ?? {}
}
