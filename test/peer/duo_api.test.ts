import assert from 'node:assert/strict'
import type { ClientRequest, IncomingMessage } from 'node:http'
import https from 'node:https'
import { createRequire } from 'node:module'
import { after, before, describe, test } from 'node:test'
import { isRecord } from '../../src/duo/index.ts'
import { TestService, type TestToken } from '../rig/service.ts'

/** What of the client a test uses; the package brings no types. */
interface DuoApi {
  readonly Client: new (
    ikey: string,
    skey: string,
    host: string,
    version?: number,
  ) => {
    jsonApiCall(
      method: string,
      path: string,
      parameters: Readonly<Record<string, string>>,
      callback: (answer: unknown) => void,
    ): void
  }
  readonly SIGNATURE_VERSION_5: number
}

const load = createRequire(import.meta.url)
const duoApi: DuoApi = load('@duosecurity/duo_api')
const constants: { DUO_PINNED_CERT: string } = load('@duosecurity/duo_api/lib/constants')

describe('@duosecurity/duo_api', () => {
  let service: TestService
  let token: TestToken
  let counter = 0
  const untouched = { request: https.request, certificate: constants.DUO_PINNED_CERT }

  before(async () => {
    service = await TestService.start()
    const { userId } = await service.addUser({ username: 'alice' })
    token = await service.addToken(userId)
    constants.DUO_PINNED_CERT = service.ca
    // the client knows no port
    const request = (
      options: https.RequestOptions,
      answer: (response: IncomingMessage) => void,
    ): ClientRequest => untouched.request({ ...options, port: service.service.port }, answer)
    Object.assign(https, { request })
  })
  after(async () => {
    Object.assign(https, { request: untouched.request })
    constants.DUO_PINNED_CERT = untouched.certificate
    await service.close()
  })

  for (const version of [undefined, duoApi.SIGNATURE_VERSION_5]) {
    describe(`signature version ${version ?? 'by default'}`, () => {
      const call = async (
        method: string,
        path: string,
        parameters: Readonly<Record<string, string>> = {},
        skey = service.integration.skey.reveal(),
      ): Promise<Readonly<Record<string, unknown>>> => {
        const client = new duoApi.Client(service.integration.ikey, skey, '127.0.0.1', version)
        const { promise, resolve } = Promise.withResolvers<unknown>()
        client.jsonApiCall(method, path, parameters, resolve)
        const answer = await promise
        assert.ok(isRecord(answer))
        return answer
      }
      const responseTo = async (
        method: string,
        path: string,
        parameters: Readonly<Record<string, string>> = {},
      ): Promise<Readonly<Record<string, unknown>>> => {
        const { stat, response } = await call(method, path, parameters)
        assert.equal(stat, 'OK')
        assert.ok(isRecord(response))
        return response
      }

      test('check, and the wrong key', async () => {
        assert.equal(typeof (await responseTo('GET', '/auth/v2/check')).time, 'number')
        const refused = await call('GET', '/auth/v2/check', {}, 'x'.repeat(40))
        assert.deepEqual([refused.stat, refused.code], ['FAIL', 40103])
      })

      test('preauth and auth by a passcode, once', async () => {
        const username = 'alice'
        assert.equal((await responseTo('POST', '/auth/v2/preauth', { username })).result, 'auth')
        const passcode = token.code(counter++)
        const parameters = { username, factor: 'passcode', passcode, ipaddr: '2001:db8::1 5 x' }
        assert.equal((await responseTo('POST', '/auth/v2/auth', parameters)).result, 'allow')
        assert.equal((await responseTo('POST', '/auth/v2/auth', parameters)).result, 'deny')
      })

      test('asynchronous auth, and auth_status', async () => {
        const passcode = token.code(counter++)
        const parameters = { username: 'alice', factor: 'passcode', passcode, async: '1' }
        const { txid } = await responseTo('POST', '/auth/v2/auth', parameters)
        const status = await responseTo('GET', '/auth/v2/auth_status', { txid: String(txid) })
        assert.equal(status.result, 'allow')
      })

      test('enroll, with characters that need encoding', async () => {
        const username = `zoë (${version ?? 2})*'!~ &=+%`
        const enrolled = await responseTo('POST', '/auth/v2/enroll', { username })
        assert.equal(enrolled.username, username)
        const { user_id, activation_code } = enrolled
        const waiting = await call('POST', '/auth/v2/enroll_status', {
          user_id: String(user_id),
          activation_code: String(activation_code),
        })
        assert.equal(waiting.response, 'waiting')
      })
    })
  }
})
