import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { defaultConfig } from '../../../../src/service/config/service_config.ts'
import {
  type OctetPair,
  type OctetRequest,
  pairs,
  signedOctets,
} from '../../../rig/octet_request.ts'
import { type Answer, TestService } from '../../../rig/service.ts'

const preauth = '/auth/v2/preauth'
const alice = Buffer.from('username')
const octets = (...values: readonly number[]) => Buffer.from(values)

describe('requests with invalid text', () => {
  let service: TestService

  before(async () => {
    service = await TestService.start()
    await service.addUser({ username: 'alice' })
  })
  after(() => service.close())

  const signed = (request: Omit<OctetRequest, 'method' | 'path'>): Promise<Answer> =>
    service.send(signedOctets(service.integration, { method: 'POST', path: preauth, ...request }))
  const forged = (request: Omit<OctetRequest, 'method' | 'path'>): Promise<Answer> => {
    const raw = signedOctets(service.integration, { method: 'POST', path: preauth, ...request })
    const credentials = `Basic ${Buffer.from(`${service.integration.ikey}:${'0'.repeat(128)}`).toString('base64')}`
    return service.send({ ...raw, headers: { ...raw.headers, authorization: credentials } })
  }

  const values = {
    'octets that are not UTF-8': octets(0x61, 0xff),
    'Latin-1': octets(0x61, 0x6e, 0xe9),
    'a NUL': octets(0x61, 0x00, 0x62),
    'a surrogate in UTF-8': octets(0xed, 0xa0, 0xbd),
    'an overlong encoding': octets(0xc0, 0xaf),
  }
  for (const [name, value] of Object.entries(values)) {
    test(`${name} in a form or a query is 40002 with the name of the parameter`, async () => {
      for (const part of ['form', 'query'] as const) {
        const answer = await signed({ version: 2, [part]: [[alice, value]] })
        assert.deepEqual(
          [answer.status, answer.body.code, answer.body.message_detail],
          [400, 40002, 'username'],
        )
        assert.equal((await forged({ version: 2, [part]: [[alice, value]] })).status, 401)
      }
    })

    test(`${name} in a parameter name is 40002`, async () => {
      const form: OctetPair[] = [...pairs({ username: 'alice' }), [value, Buffer.from('1')]]
      const { status, body } = await signed({ version: 2, form })
      assert.deepEqual([status, body.code, body.message_detail], [400, 40002, 'parameters'])
    })
  }

  const bodies = {
    'a lone surrogate': '{"username":"\\ud83d"}',
    'a lone surrogate in a name': '{"username":"alice","\\udead":"1"}',
    'a NUL': '{"username":"a\\u0000b"}',
    'an object': '{"username":{"a":1}}',
    '8,000 nested arrays': `{"username":${'['.repeat(8000)}${']'.repeat(8000)}}`,
    '30,000 open arrays': '['.repeat(30_000),
    'invalid JSON': '{',
    'a string': '"username"',
  }
  for (const [name, text] of Object.entries(bodies)) {
    test(`${name} in JSON is 40002 if signed, 40103 if forged`, async () => {
      for (const version of [2, 4, 5] as const) {
        const json = { version, body: Buffer.from(text), contentType: 'application/json' }
        const signedAnswer = version === 2 ? undefined : await signed(json)
        if (signedAnswer !== undefined)
          assert.deepEqual([signedAnswer.status, signedAnswer.body.code], [400, 40002])
        const { status, body } = await forged(json)
        assert.deepEqual([status, body.code], [401, 40103])
      }
    })
  }

  test('hashes a body that is not UTF-8 as it was sent', async () => {
    for (const version of [4, 5] as const) {
      const json = { version, contentType: 'application/json' }
      const broken = Buffer.concat([Buffer.from('{"username":"a'), octets(0xff), Buffer.from('"}')])
      assert.equal((await signed({ ...json, body: broken })).body.code, 40002)
      const replaced = Buffer.from(broken.toString())
      const { headers = {} } = signedOctets(service.integration, {
        ...{ ...json, method: 'POST', path: preauth, body: replaced },
      })
      const swapped = { method: 'POST', path: preauth, body: broken, headers }
      assert.equal((await service.send(swapped)).body.code, 40103)
    }
  })

  test('decodes any script, and characters that were sent unencoded', async () => {
    await service.addUser({ username: "zoë (1)*'!~ &=+%𠮷" })
    const form = pairs({ username: "zoë (1)*'!~ &=+%𠮷" })
    const { body } = await signed({ version: 2, form })
    assert.equal(JSON.stringify(body).includes('"result":"enroll"'), true)
    const raw = signedOctets(service.integration, {
      ...{ method: 'POST', path: preauth, version: 2, form: pairs({ username: 'zoë x' }) },
    })
    for (const spelled of [
      'username=zo%c3%ab+x',
      'username=zo\u00c3\u00ab%20%78',
      '&username=zoë x&',
    ]) {
      const sent = Buffer.from(spelled, spelled.includes('ë') ? 'utf8' : 'latin1')
      assert.equal((await service.send({ ...raw, body: sent })).status, 200, spelled)
    }
  })

  test('accepts invalid text in pushinfo', async () => {
    const form = pairs({ username: 'alice', pushinfo: 'Command=caf%E9%00&Host=%C3%AB' })
    assert.equal((await signed({ version: 2, form })).status, 200)
  })

  for (const path of [
    '/%',
    '/auth/v2/%zz',
    '/auth/v2/check%',
    '/%c0%af',
    '/rest/v1/%.bson',
    '/activate/%ff',
  ]) {
    test(`GET ${path} is a 400 or a 404 in the envelope`, async () => {
      const { status, body, headers } = await service.send({ method: 'GET', path })
      assert.ok(status === 400 || status === 404, `HTTP ${status}`)
      assert.equal(body.stat, 'FAIL')
      assert.equal(headers['content-type'], 'application/json')
    })
  }
})

describe('requests that can’t be parsed', () => {
  const readable = { method: 'GET', path: '/auth/v2/check' } as const
  const kinds = {
    'a path with invalid percent-encoding': async (service: TestService) =>
      service.send({ method: 'GET', path: '/%' }),
    'a body that is too large': async (service: TestService) =>
      service.send({ method: 'POST', path: preauth, body: 'a'.repeat(70_000) }),
    'a signed lone surrogate': async (service: TestService) =>
      service.send(
        signedOctets(service.integration, {
          ...{ method: 'POST', path: preauth, version: 5, contentType: 'application/json' },
          body: Buffer.from('{"username":"\\ud83d"}'),
        }),
      ),
  }
  for (const [name, send] of Object.entries(kinds)) {
    test(`${name} counts as refused`, async () => {
      const config = { ...defaultConfig('.'), refusedPerMinute: 3 }
      const service = await TestService.start({ config })
      const statuses = []
      for (let sent = 0; sent < 4; sent++) statuses.push((await send(service)).status)
      assert.deepEqual(statuses, [400, 400, 400, 429])
      const integration = { ...service.integration, ikey: 'DIAAAAAAAAAAAAAAAAAA' }
      assert.equal((await service.call({ ...readable, integration })).status, 429)
      await service.close()
    })
  }
})
