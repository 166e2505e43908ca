import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { deserialize } from 'bson'
import fc from 'fast-check'
import type { Secret } from '../../../../src/host/secret.ts'
import { defaultConfig } from '../../../../src/service/config/service_config.ts'
import { type OctetPair, signedOctets } from '../../../rig/octet_request.ts'
import { skipPostgres } from '../../../rig/postgres.ts'
import { type Answer, TestService } from '../../../rig/service.ts'
import type { RawRequest } from '../../../rig/service_client.ts'
import { makeSuiteDatabase, type SuiteDatabase } from '../../../rig/shared_postgres.ts'

const names = [
  'username',
  'user_id',
  'user',
  'factor',
  'auto',
  'code',
  'phone',
  'device',
  'passcode',
  'prompt',
  'ipaddr',
  'hostname',
  'async',
  'txid',
  'type',
  'display_username',
  'client_supports_verified_push',
  'text_prompt',
  'valid_secs',
  'bypass_codes',
  'activation_code',
  'pushinfo',
]
const known = [
  ...['alice', 'bob', 'passcode', 'prompt', 'push', 'push2', 'phone1', 'sms', 'auto', 'AUTO'],
  ...['1', '0', 'true', '-1', '1e9', '99999999999999999999', '', ' ', '123456', '000000'],
  ...['192.0.2.1', '::1', 'fe80::1%eth0', 'DUAAAAAAAAAAAAAAAAAA', 'duo://x-y'],
]
const unusualTexts = [
  ...['a\0b', '\0', '\ud83d', '\udead\ud83d', 'x'.repeat(20_000), '\u202e\ufeff\u0000', 'a\n\r\tb'],
  ...['__proto__', 'constructor', "'; drop table users; --", '%', '%zz', '%00', 'İ'.repeat(300)],
]
const text = fc.oneof(
  fc.constantFrom(...known),
  fc.constantFrom(...unusualTexts),
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc
    .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 20 })
    .map((units) => String.fromCharCode(...units)),
)
const octets = fc.oneof(
  text.map((value): Uint8Array => Buffer.from(value)),
  fc.uint8Array({ maxLength: 60 }),
)
const name = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom(...names).map((each): Uint8Array => Buffer.from(each)) },
  { weight: 1, arbitrary: octets },
)
const parameters: fc.Arbitrary<OctetPair[]> = fc.array(fc.tuple(name, octets), { maxLength: 6 })
const scalar = fc.oneof(text, fc.double(), fc.boolean(), fc.constant(null))
const nested = fc
  .integer({ min: 1, max: 9000 })
  .map((depth) => '['.repeat(depth) + ']'.repeat(depth))
const json: fc.Arbitrary<Uint8Array> = fc
  .oneof(
    fc
      .dictionary(fc.oneof(fc.constantFrom(...names), text), scalar)
      .map((each) => JSON.stringify(each)),
    fc.jsonValue().map((each) => JSON.stringify(each)),
    nested.map((arrays) => `{"username":${arrays}}`),
    nested,
    fc.constantFrom(
      '{"username":"\\ud83d"}',
      '{"\\udead":"1"}',
      '{"user":"\\u0000"}',
      '{',
      '',
      'null',
    ),
  )
  .map((each) => Buffer.from(each))
const body = fc.oneof(json, octets)
const contentType = fc.constantFrom(
  ...['application/json', 'application/x-www-form-urlencoded', 'application/bson'],
  ...['text/plain; charset=utf-16', 'multipart/form-data', 'JSON', ';'],
)
const endpoint = fc.oneof(
  fc
    .constantFrom('check', 'logo', 'auth', 'preauth', 'enroll', 'enroll_status', 'auth_status')
    .map((call) => `/auth/v2/${call}`),
  fc
    .tuple(
      fc.constantFrom('check', 'auth', 'preauth', 'status'),
      fc.constantFrom('', '.json', '.bson'),
    )
    .map(([call, suffix]) => `/rest/v1/${call}${suffix}`),
)
const signed = fc.record({
  path: endpoint,
  version: fc.constantFrom(1, 2, 4, 5),
  query: parameters,
  form: parameters,
  body,
  contentType,
  absolute: fc.boolean(),
})
const path = fc.oneof(
  endpoint,
  fc.webPath().map((each) => `/${each}`),
  fc.constantFrom(
    '/%',
    '/auth/v2/%ff',
    '/rest/v1/%00.bson',
    '//',
    '/auth/v2/check/',
    '*',
    '/*',
    '/:a',
  ),
)
const printable = fc.string({ unit: 'grapheme-ascii', maxLength: 60 }).map((each) => each.trim())
const unsigned = fc.record({
  method: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'),
  path,
  query: fc.option(printable.map(encodeURI), { nil: undefined }),
  body,
  authorization: fc.oneof(
    printable,
    octets.map((each) => `Basic ${Buffer.from(each).toString('base64')}`),
    fc
      .tuple(fc.constantFrom('ikey', 'other'), fc.constantFrom(0, 40, 128))
      .map(([owner, digits]) => `${owner}:${'0'.repeat(digits)}`),
  ),
  contentType: fc.oneof(contentType, printable),
  date: fc.option(fc.oneof(printable, fc.constant('Tue Nov 24 17:18:00 2026')), { nil: undefined }),
  absolute: fc.boolean(),
})

function suite(databaseUrl: () => Promise<Secret | undefined>): void {
  let service: TestService

  before(async () => {
    const limits = { refusedPerMinute: 1_000_000, requestsPerMinute: 0 }
    const url = await databaseUrl()
    const config = { ...defaultConfig('.'), ...limits, databaseUrl: url }
    service = await TestService.start({
      config,
      ...(url === undefined ? {} : { databaseUrl: url }),
    })
    const { userId } = await service.addUser({ username: 'alice' })
    await service.addToken(userId)
    await service.addUser({ username: 'bob', status: 'bypass' })
  })
  after(() => service.close())

  const stat = ({ headers, octets: sent, body: envelope }: Answer) =>
    headers['content-type'] === 'application/bson' ? deserialize(sent).stat : envelope.stat

  test('answers signed requests with any parameters, or refuses them with 400', async () => {
    const { integration } = service
    const unix = await service.addIntegration('unix')
    await fc.assert(
      fc.asyncProperty(signed, async ({ absolute, body: given, contentType, form, ...request }) => {
        const method = /\/(check|logo|auth_status|status)(\.|$)/.test(request.path) ? 'GET' : 'POST'
        const raw = signedOctets(request.version === 1 ? unix : integration, {
          ...{ method, ...request },
          // versions 1 and 2 sign the parameters of the body as a form
          ...(method === 'GET' || request.version <= 2 ? {} : { body: given, contentType }),
          ...(method === 'POST' && request.version <= 2 ? { form } : {}),
        })
        const answer = await service.send(absolute ? { ...raw, path: `https://a${raw.path}` } : raw)
        const allowed = request.path.includes('logo') ? [404, 400] : [200, 400]
        assert.ok(allowed.includes(answer.status), `HTTP ${answer.status} ${answer.text}`)
        assert.equal(stat(answer), answer.status === 200 ? 'OK' : 'FAIL')
      }),
      { numRuns: 300 },
    )
  })

  test('refuses any unsigned request in the envelope', async () => {
    await fc.assert(
      fc.asyncProperty(unsigned, async ({ absolute, query, date, ...request }) => {
        const { authorization, contentType: type, method } = request
        const target = request.path + (query === undefined ? '' : `?${query}`)
        const raw: RawRequest = {
          method,
          path: absolute && target.startsWith('/') ? `https://a${target}` : target,
          body: request.body,
          headers: {
            // Node's client omits it for some methods
            'content-length': String(request.body.length),
            authorization: insertIkey(authorization, service.integration.ikey),
            'content-type': type,
            ...(date === undefined ? {} : { date }),
          },
        }
        const answer = await service.send(raw)
        assert.ok(answer.status < 500, `HTTP ${answer.status}`)
        if (!/^\/(auth|rest)\//.test(request.path)) return
        assert.ok(answer.status >= 400, `HTTP ${answer.status}`)
        assert.equal(stat(answer), 'FAIL')
      }),
      { numRuns: 300 },
    )
  })
}

/** Builds credentials of an existing application with a wrong signature. */
function insertIkey(authorization: string, ikey: string): string {
  const [owner, zeros] = authorization.split(':')
  if (owner !== 'ikey') return authorization
  return `Basic ${Buffer.from(`${ikey}:${zeros}`).toString('base64')}`
}

describe('random requests, on SQLite', () => suite(async () => undefined))

describe('random requests, on PostgreSQL', { skip: skipPostgres }, () => {
  let database: SuiteDatabase
  before(async () => {
    database = await makeSuiteDatabase()
  })
  after(() => database.release())
  suite(async () => database.url)
})
