import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { TelephonyLog } from '../../../src/service/audit/telephony_log.ts'
import type { TelephonyLimits } from '../../../src/service/config/telephony_limits.ts'
import { DeliveryError } from '../../../src/service/messaging/messaging.ts'
import { type Telephoned, TelephonyLimit } from '../../../src/service/messaging/telephony_limit.ts'
import type { Store } from '../../../src/service/store/store.ts'
import { ManualClock } from '../../rig/manual_clock.ts'
import { onBothDatabases } from '../../rig/store.ts'

const none: TelephonyLimits = {
  userPerHour: 0,
  userPerDay: 0,
  numberPerHour: 0,
  numberPerDay: 0,
  allPerHour: 0,
  allowedPrefixes: [],
}
const hourMs = 60 * 60_000

onBothDatabases('the limits of what messages cost', (rig) => {
  const clock = new ManualClock()
  let store: Store
  let second: Store
  let next = 0
  before(async () => {
    store = await rig().open()
    second = store.dialect === 'postgres' ? await rig().open() : store
  })

  const newNumber = () => `+1555${String(++next).padStart(7, '0')}`
  const limit = (limits: Partial<TelephonyLimits>, by = store, provider = `outbox${++next}`) =>
    new TelephonyLimit(
      by,
      new TelephonyLog(by),
      { type: 'sms', provider },
      { ...none, ...limits },
      clock,
    )
  const to = (telephoned: Partial<Telephoned>): Telephoned => ({
    number: newNumber(),
    userId: `DU${++next}`,
    txid: null,
    context: 'authentication',
    ...telephoned,
  })
  const sent = async () => 'SM1'

  test('limits messages per user and number, by hour and day', async () => {
    for (const telephoned of [{ userId: 'DUALICE' }, { number: '+15550109999' }]) {
      const limited = limit({
        userPerHour: 2,
        userPerDay: 3,
        numberPerHour: 2,
        numberPerDay: 3,
      })
      await limited.send(to(telephoned), sent)
      await limited.send(to(telephoned), sent)
      await assert.rejects(limited.send(to(telephoned), sent), { code: 'DELIVERY_LIMIT' })
      await limited.send(to({}), sent)
      clock.advance(hourMs)
      await limited.send(to(telephoned), sent)
      await assert.rejects(limited.send(to(telephoned), sent), { code: 'DELIVERY_LIMIT' })
      clock.advance(24 * hourMs)
      await limited.send(to(telephoned), sent)
    }
  })

  test('limits SMS pumping: fifty users and numbers at once on two nodes stay below the limit', async () => {
    clock.advance(24 * hourMs)
    let asked = 0
    const outcomes = await Promise.allSettled(
      Array.from({ length: 50 }, (_, index) =>
        limit({ allPerHour: 10 }, index % 2 === 0 ? store : second).send(to({}), async () => {
          asked++
          return 'SM'
        }),
      ),
    )
    assert.equal(asked, 10)
    assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 10)
  })

  test('counts thirty simultaneous requests of one user exactly', async () => {
    clock.advance(24 * hourMs)
    const telephoned = to({})
    let asked = 0
    await Promise.allSettled(
      Array.from({ length: 30 }, (_, index) =>
        limit({ userPerHour: 4 }, index % 2 === 0 ? store : second).send(telephoned, async () => {
          asked++
          return 'SM'
        }),
      ),
    )
    assert.equal(asked, 4)
  })

  test('sends only to numbers of allowed countries', async () => {
    const limited = limit({ allowedPrefixes: ['+49', '+4366'] })
    await limited.send(to({ number: '+491701234567' }), sent)
    await assert.rejects(limited.send(to({ number: '+4312345678' }), sent), {
      code: 'DELIVERY_REFUSED',
    })
    await assert.rejects(limited.send(to({ number: '01701234567' }), sent), {
      code: 'DELIVERY_REFUSED',
    })
  })

  test('logs each message with its result', async () => {
    clock.advance(24 * hourMs)
    const refused = new DeliveryError('DELIVERY_REFUSED', 'no such number')
    const unreachable = new DeliveryError('DELIVERY_UNREACHABLE', 'no answer in 10 s')
    const limited = limit({ userPerDay: 4 }, store, 'twilio')
    const telephoned = to({ userId: 'DULOG', context: 'enrollment' })
    await limited.send(telephoned, sent)
    for (const error of [refused, unreachable, new Error('hidden')]) {
      await assert.rejects(
        limited.send(telephoned, async () => {
          throw error
        }),
        error,
      )
    }
    await assert.rejects(limited.send(telephoned, sent), { code: 'DELIVERY_LIMIT' })
    const lines = await new TelephonyLog(store).list({ userId: 'DULOG', limit: 10 }, store.db)
    assert.deepEqual(
      lines.map(({ result }) => result),
      ['limited', 'refused', 'unreachable', 'refused', 'sent'],
    )
    assert.deepEqual(lines.at(-1), {
      ...telephoned,
      timestamp: clock.now(),
      type: 'sms',
      provider: 'twilio',
      result: 'sent',
      detail: 'SM1',
    })
    assert.doesNotMatch(JSON.stringify(lines), /hidden/)
  })
})
