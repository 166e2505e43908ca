import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { isRecord } from '../../../../../src/duo/index.ts'
import { AdministratorLog } from '../../../../../src/service/audit/administrator_log.ts'
import { AuthenticationLog } from '../../../../../src/service/audit/authentication_log.ts'
import { PortalRig } from '../../../../rig/portal_rig.ts'
import { activationLink } from '../../../../rig/push_phone.ts'
import { parseResponse, type TestService } from '../../../../rig/service.ts'
import { mainlyOnSqlite } from '../../../../rig/store.ts'

mainlyOnSqlite('portal self-service', (rig) => {
  const portal = new PortalRig()
  let service: TestService
  before(async () => {
    service = await portal.start(rig())
  })
  after(() => portal.close())

  test('opens with a recovery code, and logs a sign-in to the portal', async () => {
    const { at, userId, username } = await portal.owner()
    const { body } = await at.get('session')
    assert.deepEqual([body.kind, body.username], ['self_service', username])
    const [line] = await new AuthenticationLog().ofUser(
      userId,
      { since: 0, limit: 1 },
      service.store.db,
    )
    assert.deepEqual(
      [line?.application, line?.factor, line?.result],
      ['Portal', 'bypass_code', 'success'],
    )
  })

  test('opens with a push only with the code that the page shows', async () => {
    const { userId } = await service.addUser({ username: 'pushed' })
    const phone = await service.addPushPhone(userId)
    const at = portal.browser()
    await at.post('sign-in', { username: 'pushed' })
    const code = String((await at.post('sign-in/push')).body.code)
    assert.match(code, /^\d{4,6}$/)
    const status = async () => (await at.post('sign-in/push/status')).body.kind
    assert.equal(await status(), 'waiting')
    const { txid } = await phone.nextRequest()
    const without = await phone.answer(String(txid), 'approve')
    assert.notEqual(without.status, 200)
    assert.equal(await status(), 'waiting')
    await phone.answer(String(txid), 'approve', { code })
    const before = at.cookie
    assert.equal(await status(), 'signed_in')
    assert.notEqual(at.cookie, before)
    assert.equal((await at.get('devices')).status, 200)
  })

  test('lists phones in order with their factor words, without full numbers', async () => {
    const { at, userId, phoneIds } = await portal.owner(['+15550100021', '+15550100022'])
    const order = [...phoneIds].reverse()
    const { body, text } = await at.call('PUT', 'devices', { order })
    const listed = devicesIn(body)
    assert.deepEqual(
      listed.map(({ id, typed }) => [id, typed]),
      [
        [order[0], ['sms']],
        [order[1], ['sms2']],
      ],
    )
    assert.deepEqual(
      (await portal.phones.ofUser(userId, service.store.db)).map(({ phoneId }) => phoneId),
      order,
    )
    assert(!text.includes('+1555'))
  })

  describe('another user', () => {
    test('can’t rename, reorder or remove a device', async () => {
      const [own, other] = [
        await portal.owner(),
        await portal.owner(['+15550100031', '+15550100032']),
      ]
      const [foreignId = ''] = other.phoneIds
      const { at } = own
      assert.equal((await at.call('PATCH', `devices/${foreignId}`, { name: 'x' })).status, 404)
      assert.equal((await at.call('DELETE', `devices/${foreignId}`)).status, 404)
      const order = [...own.phoneIds, foreignId]
      assert.equal((await at.call('PUT', 'devices', { order })).body.code, 'order')
      assert.equal((await portal.phones.ofUser(other.userId, service.store.db)).length, 2)
    })

    test('can’t see an activation or report a sign-in', async () => {
      const [own, other] = [await portal.owner(), await portal.owner()]
      const { body } = await other.at.post('activations')
      const reply = await own.at.post('activations/status', { code: body.code })
      assert.equal(reply.body.kind, 'invalid')
      const txid = signInsIn((await other.at.get('history')).body)[0]?.txid
      assert.equal((await own.at.post('history/report', { txid })).status, 404)
      assert.equal((await other.at.post('history/report', { txid })).status, 200)
      assert.equal((await other.at.post('history/report', { txid })).status, 404)
      const [reported] = signInsIn((await other.at.get('history')).body)
      assert.equal(reported?.reported, true)
    })
  })

  test('marks a sign-in in the history that was reported on the phone', async () => {
    const { userId } = await service.addUser({ username: 'reporter' })
    const phone = await service.addPushPhone(userId)
    const parameters = { username: 'reporter', factor: 'push', device: 'auto', async: '1' }
    const pushed = parseResponse(await service.call({ path: '/auth/v2/auth', parameters }))
    await phone.answer(String(pushed.txid), 'fraud')
    const [code = ''] = await service.addBypassCodes(userId, 1)
    const at = portal.browser()
    await at.signIn('reporter', code)
    const signIns = signInsIn((await at.get('history')).body)
    assert.deepEqual(
      signIns.map(({ factor, result, reported }) => [factor, result, reported]),
      [
        ['bypass_code', 'success', false],
        ['push', 'fraud', true],
      ],
    )
  })

  describe('the last device', () => {
    test('can’t be removed', async () => {
      const { at, phoneIds } = await portal.owner()
      const answer = await at.call('DELETE', `devices/${phoneIds[0]}`)
      assert.deepEqual([answer.status, answer.body.code], [409, 'last_way_in'])
    })

    test('remains if the last two are removed simultaneously', async () => {
      const { at, userId, phoneIds } = await portal.owner(['+15550100041', '+15550100042'])
      const answers = await Promise.all(phoneIds.map((id) => at.call('DELETE', `devices/${id}`)))
      assert.deepEqual(answers.map(({ status }) => status).toSorted(), [200, 409])
      assert.equal((await portal.phones.ofUser(userId, service.store.db)).length, 1)
      const lines = await new AdministratorLog().list(5, service.store.db)
      assert.equal(lines.filter(({ action }) => action === 'phone_delete').length, 1)
    })
  })

  test('replaces recovery codes with ten new ones, each valid once', async () => {
    const { at, username } = await portal.owner()
    const generateCodes = async () => {
      const { codes } = (await at.post('recovery-codes')).body
      assert(Array.isArray(codes))
      return codes.map(String)
    }
    const [old = ''] = await generateCodes()
    const codes = await generateCodes()
    const [code = ''] = codes
    assert.equal(new Set(codes).size, 10)
    assert.equal((await portal.browser().signIn(username, old)).status, 401)
    assert.equal((await portal.browser().signIn(username, code)).status, 200)
    assert.equal((await portal.browser().signIn(username, code)).status, 401)
    assert.equal((await at.get('devices')).body.recoveryCodes, 9)
  })

  test('keeps recovery codes when an administrator creates bypass codes, and the reverse', async () => {
    const { at, userId, username } = await portal.owner()
    const { codes } = (await at.post('recovery-codes')).body
    assert(Array.isArray(codes))
    const [bypass = ''] = await service.addBypassCodes(userId, 1)
    assert.equal((await at.get('devices')).body.recoveryCodes, 10)
    assert.equal((await portal.browser().signIn(username, String(codes[0]))).status, 200)
    await at.post('recovery-codes')
    assert.equal((await portal.browser().signIn(username, bypass)).status, 200)
    assert.equal((await portal.browser().signIn(username, String(codes[1]))).status, 401)
  })

  test('ends all other sessions on sign-out elsewhere', async () => {
    const { at, username } = await portal.owner()
    const { codes } = (await at.post('recovery-codes')).body
    assert(Array.isArray(codes))
    const other = portal.browser()
    await other.signIn(username, String(codes[0]))
    assert.equal((await at.post('sign-out-elsewhere')).body.ended, 1)
    assert.equal((await other.get('devices')).status, 401)
    assert.equal((await at.get('devices')).status, 200)
  })

  test('rejects pending activations after sign-out elsewhere, and of disabled users', async () => {
    const { at, userId, username } = await portal.owner()
    const thief = portal.browser()
    thief.cookie = at.cookie
    const errorCode = async () => String((await thief.post('activations')).body.code)
    const activate = async (code: string) => {
      const { body } = await activationLink(code)
      return await service.send({ method: 'POST', path: '/app/api/activate', body })
    }
    const [first, second] = [await errorCode(), await errorCode()]
    await portal.users.update(userId, { status: 'disabled' }, service.store.db)
    assert.equal((await activate(first)).body.code, 'code_expired')
    await portal.users.update(userId, { status: 'active' }, service.store.db)
    const [recovery = ''] = await service.addBypassCodes(userId, 1)
    const again = portal.browser()
    await again.signIn(username, recovery)
    await again.post('sign-out-elsewhere')
    assert.equal((await activate(second)).body.code, 'unknown_code')
    assert.equal((await portal.phones.ofUser(userId, service.store.db)).length, 1)
  })
})

type JsonObject = Readonly<Record<string, unknown>>

function devicesIn(body: JsonObject): JsonObject[] {
  return Array.isArray(body.devices) ? body.devices.filter(isRecord) : []
}

function signInsIn(body: JsonObject): JsonObject[] {
  return Array.isArray(body.signIns) ? body.signIns.filter(isRecord) : []
}
