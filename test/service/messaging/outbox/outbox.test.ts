import assert from 'node:assert/strict'
import { readdirSync, statSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { AuthenticationLog } from '../../../../src/service/audit/authentication_log.ts'
import { Phones } from '../../../../src/service/authenticators/phone/phones.ts'
import { Outbox } from '../../../../src/service/messaging/outbox/outbox.ts'
import { ManualClock } from '../../../rig/manual_clock.ts'
import { outboxProviders } from '../../../rig/outbox_providers.ts'
import { parseResponse, TestService } from '../../../rig/service.ts'
import { until, untilFound } from '../../../rig/until.ts'

const dayMs = 24 * 60 * 60_000

describe('the outbox', () => {
  let service: TestService
  let outbox: Outbox
  let userId: string
  before(async () => {
    service = await TestService.start({ config: outboxProviders() })
    outbox = new Outbox(service.folder, { now: () => Date.now() })
    userId = (await service.addUser({ username: 'alice' })).userId
    await service.store.transaction((db) =>
      new Phones().add(userId, { number: '+15550101234' }, Date.now(), db),
    )
  })
  after(() => service.close())

  const auth = (parameters: Readonly<Record<string, string>>) =>
    service.call({ path: '/auth/v2/auth', parameters: { username: 'alice', ...parameters } })
  const latest = async () => {
    const [entry] = await outbox.list()
    assert(entry !== undefined)
    return entry
  }
  const callWith = (txid: string) =>
    untilFound(async () => {
      const calls = (await outbox.list()).filter((entry) => entry.kind === 'phone')
      return calls.find((call) => call.txid === txid)
    })
  const logReason = async (txid: string) => {
    const lines = await new AuthenticationLog().list({ limit: 10 }, service.store.db)
    return lines.find((line) => line.txid === txid)?.reason
  }

  test('shows an SMS whose passcode signs in', async () => {
    const sent = parseResponse(await auth({ factor: 'sms', device: 'auto' }))
    assert.deepEqual([sent.result, sent.status], ['deny', 'sent'])
    const entry = await latest()
    assert.equal(entry.kind, 'sms')
    assert.equal(entry.to, '+15550101234')
    const passcode = /\b1\d{6}\b/.exec(entry.text)?.[0] ?? ''
    assert.equal(parseResponse(await auth({ factor: 'passcode', passcode })).result, 'allow')
    assert.equal(parseResponse(await auth({ factor: 'passcode', passcode })).result, 'deny')
  })

  for (const [what, keys, result, status, reason] of [
    ['the right key lets in', ['1'], 'allow', 'allow', 'user_approved'],
    ['# does so as well', ['#'], 'allow', 'allow', 'user_approved'],
    ['the fraud key reports a fraud', ['9'], 'deny', 'fraud', 'user_marked_fraud'],
    ['a wrong key may be mended', ['5', '1'], 'allow', 'allow', 'user_approved'],
    ['two wrong keys do not let in', ['5', '6'], 'deny', 'deny', 'wrong_key_pressed'],
    ['hanging up does not let in', [null], 'deny', 'deny', 'no_keys_pressed'],
  ] as const) {
    test(`a call: ${what}`, async () => {
      const { txid } = parseResponse(await auth({ factor: 'phone', device: 'auto', async: '1' }))
      const call = await callWith(String(txid))
      assert.match(call.text, /This is a sign-in to test authapi\. Press 1 to sign in\./)
      for (const key of keys) {
        await outbox.answer(call.id, key)
        await until(async () => (await outbox.answers()).length === 0)
      }
      const ended = parseResponse(
        await service.call({
          method: 'GET',
          path: '/auth/v2/auth_status',
          parameters: { txid: String(txid) },
        }),
      )
      assert.deepEqual([ended.result, ended.status], [result, status])
      assert.equal(await logReason(String(txid)), reason)
    })
  }

  test('skips an answer that was taken after the folder was listed', async () => {
    const folder = join(service.folder, 'taken')
    const own = new Outbox(folder, { now: () => Date.now() })
    const call = {
      kind: 'phone',
      to: '+15550101234',
      txid: 'x',
      text: 'Press 1',
      expires: 0,
    } as const
    const id = await own.add({ ...call, confirmKeys: '1', fraudKey: null })
    await own.answer(id, '1')
    // listed like an answer, and missing when it is read
    symlinkSync(join(folder, 'gone'), join(folder, 'outbox', 'aaaaaa.answer'))
    assert.deepEqual(await own.answers(), [{ id, key: '1' }])
  })

  test('skips no answer while another process takes them', async () => {
    const folder = join(service.folder, 'shared')
    const [caller, taker] = [0, 1].map(() => new Outbox(folder, { now: () => Date.now() }))
    assert(caller !== undefined && taker !== undefined)
    const mail = { kind: 'mail', to: 'a@b.example', subject: 'hello', text: 'x' } as const
    const ids = await Promise.all(Array.from({ length: 50 }, () => caller.add(mail)))
    const taken: string[] = []
    const answering = Promise.all(ids.map((id) => caller.answer(id, '1')))
    await until(async () => {
      const [answers] = await Promise.all([taker.answers(), caller.answers()])
      for (const { id } of answers) {
        taken.push(id)
        void taker.answerTaken(id)
      }
      return new Set(taken).size === ids.length
    })
    await answering
  })

  test('is readable only by its owner', () => {
    const folder = join(service.folder, 'outbox')
    assert.equal(statSync(folder).mode & 0o777, 0o700)
    const modes = readdirSync(folder).map((file) => statSync(join(folder, file)).mode & 0o777)
    assert(modes.length > 0)
    assert(modes.every((mode) => mode === 0o600))
  })

  test('keeps entries for a week', async () => {
    const clock = new ManualClock(Date.now())
    const own = new Outbox(join(service.folder, 'other'), clock)
    await own.add({ kind: 'sms', to: '+15550101234', text: 'old' })
    clock.advance(6 * dayMs)
    const mail = { kind: 'mail', to: 'a@b.example', subject: 'hello', text: 'new' } as const
    await own.add(mail)
    assert.equal((await own.list()).length, 2)
    clock.advance(2 * dayMs)
    const id = await own.add(mail)
    assert.equal((await own.list()).length, 2)
    assert.deepEqual(await own.byId(id), { id, at: clock.now(), ...mail })
  })
})
