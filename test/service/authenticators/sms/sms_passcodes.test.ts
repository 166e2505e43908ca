import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { Phones } from '../../../../src/service/authenticators/phone/phones.ts'
import {
  newSmsPasscodes,
  SmsPasscodes,
} from '../../../../src/service/authenticators/sms/sms_passcodes.ts'
import { Users } from '../../../../src/service/people/users.ts'
import type { Store } from '../../../../src/service/store/store.ts'
import { onBothDatabases } from '../../../rig/store.ts'

const now = Date.UTC(2026, 0, 1)
const minuteMs = 60_000

onBothDatabases('SMS passcodes', (rig) => {
  let store: Store
  let second: Store
  let users = 0
  before(async () => {
    store = await rig().open()
    // one store for SQLite, because two writers in one process would wait for each other's lock
    second = store.dialect === 'postgres' ? await rig().open() : store
  })

  const newPhone = () =>
    store.transaction(async (db) => {
      const { userId } = await new Users().create({ username: `member${++users}` }, now, db)
      const phones = new Phones()
      const { phoneId } = await phones.add(userId, { number: '+15550101234' }, now, db)
      return { userId, phoneId }
    })
  const issue = (
    { userId, phoneId }: { userId: string; phoneId: string },
    count: number,
    validMinutes = 0,
    by = store,
  ) =>
    by.transaction(async (db) => {
      const passcodes = newSmsPasscodes(count)
      await new SmsPasscodes(by).replace(phoneId, userId, { passcodes, validMinutes }, now, db)
      return passcodes
    })
  const consume = (userId: string, code: string, at = now, by = store) =>
    by.transaction((db) => new SmsPasscodes(by).consume(userId, code, at, db))
  const nextDigits = async (userId: string, at = now) =>
    Object.fromEntries(await new SmsPasscodes(store).nextDigits(userId, at, store.db))

  test('begin with 1, 2, 3 and so on within a batch, and the next first digit is announced', async () => {
    const phone = await newPhone()
    const codes = await issue(phone, 10)
    assert.deepEqual(
      codes.map((code) => code.replace(/\d{6}$/, '')),
      ['1', '2', '3', '4', '5', '6', '7', '8', '9', '0'],
    )
    for (const [index, code] of codes.entries()) {
      assert.deepEqual(await nextDigits(phone.userId), {
        [phone.phoneId]: String((index + 1) % 10),
      })
      const used = await consume(phone.userId, code)
      assert.deepEqual(used, { phoneId: phone.phoneId, last: index === 9, spoken: false })
    }
    assert.deepEqual(await nextDigits(phone.userId), {})
  })

  test('one of fifty concurrent uses of a code succeeds', async () => {
    const phone = await newPhone()
    const [code = ''] = await issue(phone, 1)
    const used = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        consume(phone.userId, code, now, index % 2 === 0 ? store : second),
      ),
    )
    assert.equal(used.filter((phoneId) => phoneId !== undefined).length, 1)
  })

  test('a code is accepted for its user only, and stored as a hash', async () => {
    const [phone, other] = [await newPhone(), await newPhone()]
    const [code = ''] = await issue(phone, 1)
    assert.equal(await consume(other.userId, code), undefined)
    const rows = await store.db.selectFrom('sms_passcodes').selectAll().execute()
    assert(!JSON.stringify(rows).includes(code))
    assert.equal((await consume(phone.userId, code))?.phoneId, phone.phoneId)
  })

  test('a new batch replaces the last one', async () => {
    const phone = await newPhone()
    const before = await issue(phone, 3)
    await issue(phone, 1)
    for (const code of before) assert.equal(await consume(phone.userId, code), undefined)
    assert.deepEqual(await nextDigits(phone.userId), { [phone.phoneId]: '1' })
  })

  test('of two concurrent batches one is stored, complete', async () => {
    const phone = await newPhone()
    const batches = await Promise.all([
      issue(phone, 10, 0, store),
      issue(phone, 5, 0, second),
      issue(phone, 10, 0, store),
    ])
    const accepted: number[] = []
    for (const codes of batches) {
      let count = 0
      for (const code of codes) if ((await consume(phone.userId, code)) !== undefined) count++
      accepted.push(count)
    }
    assert.deepEqual(
      accepted.filter((count) => count > 0),
      accepted.filter((count, index) => count > 0 && count === batches[index]?.length),
    )
    assert.equal(accepted.filter((count) => count > 0).length, 1)
  })

  test('an expired code is rejected, and is not announced', async () => {
    const phone = await newPhone()
    const [code = ''] = await issue(phone, 1, 5)
    const later = now + 5 * minuteMs
    assert.equal(await consume(phone.userId, code, later), undefined)
    assert.deepEqual(await nextDigits(phone.userId, later), {})
    assert.equal((await consume(phone.userId, code, later - 1))?.last, true)
  })

  test('removing a phone removes its codes', async () => {
    const phone = await newPhone()
    const [code = ''] = await issue(phone, 1)
    await store.transaction((db) => new Phones().remove(phone.phoneId, db))
    assert.equal(await consume(phone.userId, code), undefined)
  })
})
