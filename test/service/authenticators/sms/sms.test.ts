import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import type { Integration } from '../../../../src/service/applications/integrations.ts'
import type { SmsConfig } from '../../../../src/service/config/sms_section.ts'
import { DeliveryError, type SmsMessage } from '../../../../src/service/messaging/messaging.ts'
import type { Store } from '../../../../src/service/store/store.ts'
import { SignIn, type Somebody } from '../../../rig/sign_in.ts'
import { onBothDatabases } from '../../../rig/store.ts'
import { untilFound } from '../../../rig/until.ts'

onBothDatabases('passcodes by SMS', (rig) => {
  let store: Store
  let vpn: Integration
  before(async () => {
    store = await rig().open()
    vpn = await new SignIn(store).application()
  })

  /** A way for messages that does with each what it is told. */
  const signIn = (sms: Partial<SmsConfig> = {}) => {
    const box = { carry: async (_message: SmsMessage): Promise<void> => {} }
    const messages: SmsMessage[] = []
    const send = async (message: SmsMessage) => {
      messages.push(message)
      await box.carry(message)
    }
    return { rig: new SignIn(store, {}, { sms: { send } }, sms), box, messages }
  }
  type Rig = ReturnType<typeof signIn>

  const ask = async ({ rig }: Rig, { user }: Somebody, prompt: string) => {
    const request = rig.request(vpn, user)
    const asked = await rig.auth.begin(request, { factor: 'prompt', prompt }, { async: false })
    assert('outcome' in asked)
    return asked.outcome
  }
  const types = async (on: Rig, somebody: Somebody, passcode = '') =>
    (await ask(on, somebody, passcode)).result
  const passcodesIn = (message: SmsMessage | undefined) => message?.text.match(/\b\d{7}\b/g) ?? []
  const failing = (code: DeliveryError['code']) => async () => {
    throw new DeliveryError(code, 'as told')
  }
  const nextDigits = async ({ rig }: Rig, { user }: Somebody) => {
    const preauth = await rig.preauth.decide(rig.request(vpn, user))
    assert(preauth.result === 'auth')
    return preauth.devices.map(({ sms_nextcode }) => sms_nextcode)
  }

  for (const code of ['DELIVERY_LIMIT', 'DELIVERY_REFUSED', 'DELIVERY_UNREACHABLE'] as const) {
    test(`a batch that was not sent (${code}) takes nobody's passcodes away`, async () => {
      const on = signIn({ batch: 3 })
      const somebody = await on.rig.somebody()
      assert.equal((await ask(on, somebody, 'sms')).status, 'sent')
      on.box.carry = failing(code)
      assert.equal((await ask(on, somebody, 'sms')).status, 'deny')
      const [sent, unsent] = on.messages.map(passcodesIn)
      assert.deepEqual(await nextDigits(on, somebody), ['1'])
      for (const passcode of unsent ?? []) {
        assert.equal(await types(on, somebody, passcode), 'deny')
      }
      for (const passcode of sent ?? []) {
        assert.equal(await types(on, somebody, passcode), 'allow')
      }
    })
  }

  test('stores a batch that may have been sent', async () => {
    const on = signIn()
    const somebody = await on.rig.somebody()
    await ask(on, somebody, 'sms')
    on.box.carry = failing('DELIVERY_UNANSWERED')
    assert.equal((await ask(on, somebody, 'sms')).status, 'deny')
    const [before, after] = on.messages.map(passcodesIn)
    assert.equal(await types(on, somebody, before?.[0]), 'deny')
    assert.equal(await types(on, somebody, after?.[0]), 'allow')
  })

  test('the previous passcodes work until the provider has answered', async () => {
    const on = signIn()
    const somebody = await on.rig.somebody()
    await ask(on, somebody, 'sms')
    const { promise, resolve } = Promise.withResolvers<void>()
    on.box.carry = () => promise
    const asking = ask(on, somebody, 'sms')
    const [first, second] = [on.messages[0], await untilFound(() => on.messages[1])].map(
      passcodesIn,
    )
    assert.equal(await types(on, somebody, first?.[0]), 'allow')
    resolve()
    assert.equal((await asking).status, 'sent')
    assert.equal(await types(on, somebody, second?.[0]), 'allow')
  })

  test('stores no batch for a phone that was removed meanwhile', async () => {
    const on = signIn()
    const somebody = await on.rig.somebody()
    on.box.carry = async ({ phoneId }) => {
      await store.transaction((db) => on.rig.directory.phones.remove(phoneId, db))
    }
    assert.equal((await ask(on, somebody, 'sms')).status, 'sent')
    const rows = await store.db
      .selectFrom('sms_passcodes')
      .select('position')
      .where('user_id', '=', somebody.user.userId)
      .execute()
    assert.deepEqual(rows, [])
  })

  test('ten come in one message, and the prompt names the next one', async () => {
    const on = signIn({ batch: 10 })
    const somebody = await on.rig.somebody()
    await ask(on, somebody, 'sms')
    const [message] = on.messages
    assert(message !== undefined && message.text.length <= 160)
    const passcodes = passcodesIn(message)
    assert.equal(passcodes.length, 10)
    for (const passcode of passcodes) {
      assert.deepEqual(await nextDigits(on, somebody), [passcode[0]])
      assert.equal(await types(on, somebody, passcode), 'allow')
    }
    assert.deepEqual(await nextDigits(on, somebody), [undefined])
  })

  test('they expire', async () => {
    const on = signIn({ validMinutes: 10 })
    const somebody = await on.rig.somebody()
    await ask(on, somebody, 'sms')
    on.rig.clock.advance(10 * 60_000)
    assert.deepEqual(await nextDigits(on, somebody), [undefined])
    assert.equal(await types(on, somebody, passcodesIn(on.messages[0])[0]), 'deny')
  })

  test('sms2 sends to the second phone, and keeps the batch of the first', async () => {
    const on = signIn()
    const somebody = await on.rig.somebody()
    const { userId } = somebody.user
    const second = await store.transaction((db) =>
      on.rig.directory.phones.add(userId, { number: '+15550105678' }, 0, db),
    )
    for (const word of ['sms1', 'sms2', 'sms 2']) await ask(on, somebody, word)
    assert.deepEqual(
      on.messages.map(({ number }) => number),
      ['+15550101234', '+15550105678', '+15550105678'],
    )
    assert.deepEqual(await nextDigits(on, somebody), ['1', '1'])
    const [first, replaced, latest] = on.messages.map(passcodesIn)
    assert.equal(await types(on, somebody, replaced?.[0]), 'deny')
    assert.equal(await types(on, somebody, latest?.[0]), 'allow')
    assert.deepEqual(await nextDigits(on, somebody), ['1', undefined])
    assert.equal(await types(on, somebody, first?.[0]), 'allow')
    const devices = (await on.rig.lines(somebody.user))
      .filter(({ result }) => result === 'success')
      .map(({ device }) => device)
    assert.deepEqual(devices, [second.phoneId, somebody.phoneId])
    assert.equal((await ask(on, somebody, 'sms3')).status, 'deny')
    assert.equal(on.messages.length, 3)
  })

  describe('with sms_refresh', () => {
    const refreshing = { batch: 2, validMinutes: 0, refresh: true }

    test('the last passcode of a batch causes the next batch, and the login does not wait for it', async () => {
      const on = signIn(refreshing)
      const somebody = await on.rig.somebody()
      await ask(on, somebody, 'sms')
      const [one, two] = passcodesIn(on.messages[0])
      assert.equal(await types(on, somebody, one), 'allow')
      assert.equal(on.messages.length, 1)
      const { promise, resolve } = Promise.withResolvers<void>()
      on.box.carry = () => promise
      assert.equal(await types(on, somebody, two), 'allow')
      const next = await untilFound(() => on.messages[1])
      assert.deepEqual(await nextDigits(on, somebody), [undefined])
      resolve()
      await untilFound(async () => (await nextDigits(on, somebody))[0])
      assert.equal(await types(on, somebody, passcodesIn(next)[0]), 'allow')
    })

    test('a failing provider or database is only logged', async () => {
      for (const failure of [failing('DELIVERY_LIMIT'), () => Promise.reject(new Error('gone'))]) {
        const on = signIn({ ...refreshing, batch: 1 })
        const somebody = await on.rig.somebody()
        await ask(on, somebody, 'sms')
        on.box.carry = failure
        assert.equal(await types(on, somebody, passcodesIn(on.messages[0])[0]), 'allow')
        await untilFound(() => on.rig.log.has('no new passcodes were sent') || undefined)
      }
    })
  })
})
