import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import type { Integration } from '../../../../src/service/applications/integrations.ts'
import type { SmsConfig } from '../../../../src/service/config/sms_section.ts'
import { DeliveryError, type SmsMessage } from '../../../../src/service/messaging/messaging.ts'
import type { Store } from '../../../../src/service/store/store.ts'
import { type PhoneUser, SignIn } from '../../../rig/sign_in.ts'
import { onBothDatabases } from '../../../rig/store.ts'
import { untilFound } from '../../../rig/until.ts'

onBothDatabases('passcodes by SMS', (rig) => {
  let store: Store
  let vpn: Integration
  before(async () => {
    store = await rig().open()
    vpn = await new SignIn(store).application()
  })

  /** Sign-ins whose messages are sent by `provider.send`, which a test replaces. */
  const signIn = (sms: Partial<SmsConfig> = {}) => {
    const provider = { send: async (_message: SmsMessage): Promise<void> => {} }
    const messages: SmsMessage[] = []
    const send = async (message: SmsMessage) => {
      messages.push(message)
      await provider.send(message)
    }
    return { rig: new SignIn(store, {}, { sms: { send } }, sms), provider, messages }
  }
  type Rig = ReturnType<typeof signIn>

  const ask = async ({ rig }: Rig, { user }: PhoneUser, prompt: string) => {
    const request = rig.request(vpn, user)
    const answer = await rig.auth.begin(request, { factor: 'prompt', prompt }, { async: false })
    assert('outcome' in answer)
    return answer.outcome
  }
  const types = async (on: Rig, member: PhoneUser, passcode = '') =>
    (await ask(on, member, passcode)).result
  const passcodesIn = (message: SmsMessage | undefined) => message?.text.match(/\b\d{7}\b/g) ?? []
  const failing = (code: DeliveryError['code']) => async () => {
    throw new DeliveryError(code, 'the test lets it fail')
  }
  const nextDigits = async ({ rig }: Rig, { user }: PhoneUser) => {
    const preauth = await rig.preauth.decide(rig.request(vpn, user))
    assert(preauth.result === 'auth')
    return preauth.devices.map(({ sms_nextcode }) => sms_nextcode)
  }

  for (const code of ['DELIVERY_LIMIT', 'DELIVERY_REFUSED', 'DELIVERY_UNREACHABLE'] as const) {
    test(`a batch that was not sent (${code}) replaces no passcodes`, async () => {
      const on = signIn({ batch: 3 })
      const member = await on.rig.addUser()
      assert.equal((await ask(on, member, 'sms')).status, 'sent')
      on.provider.send = failing(code)
      assert.equal((await ask(on, member, 'sms')).status, 'deny')
      const [sent, unsent] = on.messages.map(passcodesIn)
      assert.deepEqual(await nextDigits(on, member), ['1'])
      for (const passcode of unsent ?? []) {
        assert.equal(await types(on, member, passcode), 'deny')
      }
      for (const passcode of sent ?? []) {
        assert.equal(await types(on, member, passcode), 'allow')
      }
    })
  }

  test('stores a batch that may have been sent', async () => {
    const on = signIn()
    const member = await on.rig.addUser()
    await ask(on, member, 'sms')
    on.provider.send = failing('DELIVERY_UNANSWERED')
    assert.equal((await ask(on, member, 'sms')).status, 'deny')
    const [before, after] = on.messages.map(passcodesIn)
    assert.equal(await types(on, member, before?.[0]), 'deny')
    assert.equal(await types(on, member, after?.[0]), 'allow')
  })

  test('the previous passcodes work until the provider has answered', async () => {
    const on = signIn()
    const member = await on.rig.addUser()
    await ask(on, member, 'sms')
    const { promise, resolve } = Promise.withResolvers<void>()
    on.provider.send = () => promise
    const asking = ask(on, member, 'sms')
    const [first, second] = [on.messages[0], await untilFound(() => on.messages[1])].map(
      passcodesIn,
    )
    assert.equal(await types(on, member, first?.[0]), 'allow')
    resolve()
    assert.equal((await asking).status, 'sent')
    assert.equal(await types(on, member, second?.[0]), 'allow')
  })

  test('stores no batch for a phone that was removed meanwhile', async () => {
    const on = signIn()
    const member = await on.rig.addUser()
    on.provider.send = async ({ phoneId }) => {
      await store.transaction((db) => on.rig.directory.phones.remove(phoneId, db))
    }
    assert.equal((await ask(on, member, 'sms')).status, 'sent')
    const rows = await store.db
      .selectFrom('sms_passcodes')
      .select('position')
      .where('user_id', '=', member.user.userId)
      .execute()
    assert.deepEqual(rows, [])
  })

  test('sends ten in one message, and the prompt names the first digit of the next one', async () => {
    const on = signIn({ batch: 10 })
    const member = await on.rig.addUser()
    await ask(on, member, 'sms')
    const [message] = on.messages
    assert(message !== undefined && message.text.length <= 160)
    const passcodes = passcodesIn(message)
    assert.equal(passcodes.length, 10)
    for (const passcode of passcodes) {
      assert.deepEqual(await nextDigits(on, member), [passcode[0]])
      assert.equal(await types(on, member, passcode), 'allow')
    }
    assert.deepEqual(await nextDigits(on, member), [undefined])
  })

  test('rejects expired passcodes', async () => {
    const on = signIn({ validMinutes: 10 })
    const member = await on.rig.addUser()
    await ask(on, member, 'sms')
    on.rig.clock.advance(10 * 60_000)
    assert.deepEqual(await nextDigits(on, member), [undefined])
    assert.equal(await types(on, member, passcodesIn(on.messages[0])[0]), 'deny')
  })

  test('sms2 sends to the second phone, and keeps the batch of the first', async () => {
    const on = signIn()
    const member = await on.rig.addUser()
    const { userId } = member.user
    const second = await store.transaction((db) =>
      on.rig.directory.phones.add(userId, { number: '+15550105678' }, 0, db),
    )
    for (const word of ['sms1', 'sms2', 'sms 2']) await ask(on, member, word)
    assert.deepEqual(
      on.messages.map(({ number }) => number),
      ['+15550101234', '+15550105678', '+15550105678'],
    )
    assert.deepEqual(await nextDigits(on, member), ['1', '1'])
    const [first, replaced, latest] = on.messages.map(passcodesIn)
    assert.equal(await types(on, member, replaced?.[0]), 'deny')
    assert.equal(await types(on, member, latest?.[0]), 'allow')
    assert.deepEqual(await nextDigits(on, member), ['1', undefined])
    assert.equal(await types(on, member, first?.[0]), 'allow')
    const devices = (await on.rig.lines(member.user))
      .filter(({ result }) => result === 'success')
      .map(({ device }) => device)
    assert.deepEqual(devices, [second.phoneId, member.phoneId])
    assert.equal((await ask(on, member, 'sms3')).status, 'deny')
    assert.equal(on.messages.length, 3)
  })

  describe('with sms_refresh', () => {
    const refreshing = { batch: 2, validMinutes: 0, refresh: true }

    test('the last passcode of a batch causes the next batch, and the login does not wait for it', async () => {
      const on = signIn(refreshing)
      const member = await on.rig.addUser()
      await ask(on, member, 'sms')
      const [one, two] = passcodesIn(on.messages[0])
      assert.equal(await types(on, member, one), 'allow')
      assert.equal(on.messages.length, 1)
      const { promise, resolve } = Promise.withResolvers<void>()
      on.provider.send = () => promise
      assert.equal(await types(on, member, two), 'allow')
      const next = await untilFound(() => on.messages[1])
      assert.deepEqual(await nextDigits(on, member), [undefined])
      resolve()
      await untilFound(async () => (await nextDigits(on, member))[0])
      assert.equal(await types(on, member, passcodesIn(next)[0]), 'allow')
    })

    test('a failing provider or database is only logged', async () => {
      for (const failure of [failing('DELIVERY_LIMIT'), () => Promise.reject(new Error('gone'))]) {
        const on = signIn({ ...refreshing, batch: 1 })
        const member = await on.rig.addUser()
        await ask(on, member, 'sms')
        on.provider.send = failure
        assert.equal(await types(on, member, passcodesIn(on.messages[0])[0]), 'allow')
        await untilFound(() => on.rig.log.has('no new passcodes were sent') || undefined)
      }
    })
  })
})
