import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { HOTP, Secret as OathSecret } from 'otpauth'
import { Secret } from '../../../../../src/host/secret.ts'
import { AuthenticationLog } from '../../../../../src/service/audit/authentication_log.ts'
import { OathTokens } from '../../../../../src/service/authenticators/oath/oath_tokens.ts'
import { Yubikeys } from '../../../../../src/service/authenticators/yubikey/yubikeys.ts'
import { parseResponse, TestService } from '../../../../rig/service.ts'
import { TestYubikey } from '../../../../rig/yubikey.ts'

describe('a YubiKey at the Auth API', () => {
  const yubikey = new TestYubikey()
  let service: TestService
  let tokenId: string

  before(async () => {
    service = await TestService.start()
    const { userId } = await service.addUser({ username: 'alice' })
    const created = await service.store.transaction((db) =>
      new Yubikeys(service.store).create(userId, yubikey.listed, Date.now(), db),
    )
    tokenId = created.tokenId
  })
  after(() => service.close())

  async function signIn(passcode: string): Promise<Readonly<Record<string, unknown>>> {
    const parameters = { username: 'alice', factor: 'passcode', passcode }
    return parseResponse(await service.call({ path: '/auth/v2/auth', parameters }))
  }
  async function readLastEvent() {
    const [event] = await new AuthenticationLog().list({ limit: 1 }, service.store.db)
    return event
  }

  test('is listed by preauth as a device of its user', async () => {
    const parameters = { username: 'alice' }
    const answer = parseResponse(await service.call({ path: '/auth/v2/preauth', parameters }))
    assert.equal(answer.result, 'auth')
    assert.deepEqual(answer.devices, [{ device: tokenId, type: 'token', name: yubikey.serial }])
  })

  test('signs in', async () => {
    assert.equal((await signIn(yubikey.otp(3, 1))).result, 'allow')
    const event = await readLastEvent()
    assert.equal(event?.factor, 'yubikey_code')
    assert.equal(event?.reason, 'valid_passcode')
    assert.equal(event?.device, tokenId)
  })

  test('accepts one of fifty simultaneous uses of a passcode', async () => {
    const otp = yubikey.otp(3, 2)
    const answers = await Promise.all(Array.from({ length: 50 }, () => signIn(otp)))
    assert.equal(answers.filter(({ result }) => result === 'allow').length, 1)
  })

  test('reports an older passcode as used, and does not count it as a guess', async () => {
    for (let tries = 0; tries < 12; tries++) {
      assert.match(String((await signIn(yubikey.otp(2, tries))).status_msg), /already been used/)
    }
    assert.equal((await readLastEvent())?.reason, 'passcode_already_used')
    assert.equal((await signIn(yubikey.otp(4, 0))).result, 'allow')
  })

  test('locks the user out after ten passcodes of another key', async () => {
    for (let tries = 0; tries < 10; tries++) {
      const forged = yubikey.publicId + new TestYubikey().otp(9, tries).slice(12)
      assert.match(String((await signIn(forged)).status_msg), /Incorrect passcode/)
    }
    assert.equal((await readLastEvent())?.reason, 'invalid_passcode')
    assert.equal((await signIn(yubikey.otp(9, 0))).status, 'locked_out')
  })
})

describe('an imported token at the Auth API', () => {
  const secret = OathSecret.fromUTF8('12345678901234567890')
  let service: TestService

  before(async () => {
    service = await TestService.start()
    const { userId } = await service.addUser({ username: 'alice' })
    const tokens = new OathTokens(service.store)
    await service.store.transaction(async (db) => {
      const listed = { kind: 'hotp', digits: 8, serial: '9001', counter: 5 } as const
      const record = { ...listed, secret: new Secret(secret.base32) }
      await tokens.import([record], { onDuplicate: 'refuse' }, Date.now(), db)
      const [token] = await tokens.named('9001', db)
      await tokens.assign(token?.tokenId ?? '', userId, Date.now(), db)
    })
  })
  after(() => service.close())

  async function signIn(counter: number): Promise<Readonly<Record<string, unknown>>> {
    const passcode = HOTP.generate({ secret, digits: 8, counter })
    const parameters = { username: 'alice', factor: 'passcode', passcode }
    return parseResponse(await service.call({ path: '/auth/v2/auth', parameters }))
  }

  test('is listed by its serial', async () => {
    const parameters = { username: 'alice' }
    const { devices } = parseResponse(await service.call({ path: '/auth/v2/preauth', parameters }))
    assert.match(JSON.stringify(devices), /"name":"9001","type":"token"/)
  })

  test('accepts one of fifty simultaneous uses of a code, and no skipped code', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => signIn(7)))
    assert.equal(answers.filter(({ result }) => result === 'allow').length, 1)
    for (const counter of [4, 5, 6, 7]) {
      assert.match(String((await signIn(counter)).status_msg), /already been used/)
    }
    assert.equal((await signIn(8)).result, 'allow')
  })
})
