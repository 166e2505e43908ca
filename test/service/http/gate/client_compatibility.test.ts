import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { deserialize } from 'bson'
import { defaultConfig } from '../../../../src/service/config/service_config.ts'
import { ManualClock } from '../../../rig/manual_clock.ts'
import { type OctetRequest, pairs, signedOctets } from '../../../rig/octet_request.ts'
import { RecordingLog } from '../../../rig/recording_log.ts'
import { type Answer, parseResponse, TestService } from '../../../rig/service.ts'

describe('old clients and clients behind proxies', () => {
  const log = new RecordingLog()
  const clock = new ManualClock()
  let service: TestService

  before(async () => {
    const config = {
      ...defaultConfig('.'),
      hostNames: ['backend.example.com'],
      publicUrl: 'https://mfa.example.com:8443',
      refusedPerMinute: 10_000,
    }
    service = await TestService.start({ log, clock, config })
    await service.addUser({ username: 'alice' })
  })
  after(() => service.close())

  const now = () => new Date(clock.now()).toUTCString()
  const send = (
    request: Omit<OctetRequest, 'path'> & { readonly path?: string },
    integration = service.integration,
  ) => service.send(signedOctets(integration, { path: '/auth/v2/check', date: now(), ...request }))
  const errorCode = ({ status, body }: Answer) => (status === 200 ? 200 : body.code)

  describe('signature version 1', () => {
    const check = (path: string, digest: 'sha1' | 'sha512', date: string | undefined) =>
      ({ method: 'GET', path, version: 1, digest, date }) as const

    for (const digest of ['sha1', 'sha512'] as const) {
      test(`is accepted on /rest/v1 with an unsigned Date and without one, ${digest}`, async () => {
        const radius = await service.addIntegration('radius')
        assert.equal(errorCode(await send(check('/rest/v1/check', digest, now()), radius)), 200)
        assert.equal(errorCode(await send(check('/rest/v1/check', digest, undefined), radius)), 200)
      })

      test(`is accepted on /auth/v2 only from an application that allows it, ${digest}`, async () => {
        for (const date of [now(), undefined]) {
          const request = check('/auth/v2/check', digest, date)
          for (const type of ['authapi', 'radius'] as const) {
            const answer = await send(request, await service.addIntegration(type))
            assert.equal(errorCode(answer), 40103)
            assert.match(String(answer.body.message_detail), /signature version 1 is not allowed/)
          }
          assert.equal(errorCode(await send(request, await service.addIntegration('unix'))), 200)
        }
      })
    }

    test('is refused with a stale date', async () => {
      const stale = new Date(clock.now() - 600_000).toUTCString()
      assert.equal(errorCode(await send(check('/rest/v1/check', 'sha1', stale))), 40105)
    })

    test('does not replace a wrong signature of another version', async () => {
      const request = { method: 'GET', path: '/rest/v1/check', version: 2 } as const
      const raw = signedOctets(service.integration, { ...request, date: now() })
      const later = {
        ...raw,
        headers: { ...raw.headers, date: new Date(clock.now() + 1000).toUTCString() },
      }
      assert.equal(errorCode(await service.send(later)), 40103)
    })
  })

  describe('RFC 9112 §3.2.2, absolute-form', () => {
    for (const authority of ['127.0.0.1', 'mfa.example.com:8443', 'elsewhere.example.com']) {
      test(`is routed and verified by its path, with the authority ${authority}`, async () => {
        const form = pairs({ username: 'alice' })
        for (const version of [2, 5] as const) {
          const request = signedOctets(service.integration, {
            ...{ method: 'POST', path: '/auth/v2/preauth', version, date: now() },
            ...(version === 2
              ? { form }
              : { body: Buffer.from('{"username":"alice"}'), contentType: 'application/json' }),
          })
          const path = `https://${authority}${request.path}`
          assert.equal(parseResponse(await service.send({ ...request, path })).result, 'enroll')
        }
      })
    }

    test('keeps the query and the format of the reply', async () => {
      const raw = signedOctets(service.integration, {
        ...{ method: 'GET', path: '/rest/v1/check.bson', version: 2, date: now() },
        query: pairs({ txid: 'a b' }),
      })
      const { octets, headers } = await service.send({
        ...raw,
        path: `HTTPS://127.0.0.1${raw.path}`,
      })
      assert.equal(headers['content-type'], 'application/bson')
      assert.deepEqual(deserialize(octets), { stat: 'OK', response: 'valid' })
    })

    test('may contain the signed host if the Host header differs', async () => {
      const host = 'named.example.com'
      const raw = signedOctets(service.integration, {
        ...{ method: 'GET', path: '/auth/v2/check', version: 2, date: now(), host },
      })
      assert.equal(errorCode(await service.send(raw)), 40103)
      assert.equal(
        errorCode(await service.send({ ...raw, path: `https://${host}${raw.path}` })),
        200,
      )
    })

    for (const path of ['https://x/%', 'https://x/nothing?a=b', 'nothing', 'ftp://x/y']) {
      test(`${path} is refused in the envelope`, async () => {
        const { status, body } = await service.send({ method: 'GET', path })
        assert.ok(status === 404 || status === 400, `HTTP ${status}`)
        assert.equal(body.stat, 'FAIL')
      })
    }

    for (const path of ['https://127.0.0.1', 'https://127.0.0.1?a=b', '*']) {
      test(`${path} causes no 5xx`, async () => {
        assert.ok((await service.send({ method: 'GET', path })).status < 500)
      })
    }

    test('is 40401 for an unknown path, 40501 for another method', async () => {
      const at = (method: string, path: string) =>
        service.send({ method, path: `https://127.0.0.1${path}` })
      assert.equal((await at('GET', '/auth/v2/nothing')).body.code, 40401)
      assert.equal((await at('DELETE', '/auth/v2/auth')).body.code, 40501)
    })
  })

  describe('behind a reverse proxy that changes Host', () => {
    const headers = { host: 'upstream:9000' }
    for (const host of [
      'mfa.example.com',
      'MFA.example.com',
      'mfa.example.com.',
      'mfa.example.com:8443',
      'backend.example.com',
      'upstream',
      'upstream:9000',
    ]) {
      const name = `a signature over ${host}`
      const signed = host === 'MFA.example.com' ? host.toLowerCase() : host
      test(`${name} is accepted`, async () => {
        for (const version of [2, 5] as const) {
          assert.equal(
            errorCode(await send({ method: 'GET', version, host: signed, headers })),
            200,
          )
        }
      })
    }

    test('a signature over a foreign host is refused', async () => {
      for (const host of ['example.com', 'mfa.example.com:1', 'evil.mfa.example.com', '']) {
        assert.equal(
          errorCode(await send({ method: 'GET', version: 2, host, headers })),
          40103,
          host,
        )
      }
    })
  })

  describe('the log of refused requests', () => {
    const logged = () => log.lines.filter((line) => line.includes('wrong credentials'))

    test('has the reason of each 401, the application and the Host header', async () => {
      clock.advance(60_000)
      log.lines.length = 0
      const headers = { host: 'logged.example.com' }
      await send({ method: 'GET', version: 2, host: 'other', headers })
      await send({ method: 'GET', version: 2, date: 'yesterday', headers })
      await service.send({ method: 'GET', path: '/auth/v2/check', headers })
      const stranger = { ...service.integration, ikey: 'DIAAAAAAAAAAAAAAAAAA' }
      await send({ method: 'GET', version: 2, headers }, stranger)
      await send({ method: 'GET', version: 1, host: headers.host, headers })
      const lines = logged()
      assert.equal(lines.length, 5)
      const { ikey, name } = service.integration
      for (const [index, code] of [40103, 40105, 40101, 40102, 40103].entries()) {
        assert.match(lines[index] ?? '', new RegExp(`code: ${code}[^]*logged\\.example\\.com`))
      }
      assert.ok(lines[0]?.includes(ikey) && lines[0].includes(name))
      assert.ok(lines[3]?.includes('DIAAAAAAAAAAAAAAAAAA'))
      assert.match(lines[4] ?? '', /signature version 1 is not allowed/)
    })

    test('has identical refusals once a minute, then counts the suppressed ones', async () => {
      clock.advance(60_000)
      log.lines.length = 0
      for (let sent = 0; sent < 20; sent++) await send({ method: 'GET', version: 2, host: 'other' })
      assert.equal(logged().length, 1)
      clock.advance(60_000)
      await send({ method: 'GET', version: 2, host: 'other' })
      assert.match(logged()[1] ?? '', /suppressed: 19/)
    })

    test('has at most 60 lines a minute during a flood of invented hosts', async () => {
      clock.advance(60_000)
      log.lines.length = 0
      for (let sent = 0; sent < 200; sent++) {
        await send({
          method: 'GET',
          version: 2,
          host: 'x',
          headers: { host: `h${sent}.example.com` },
        })
      }
      assert.equal(logged().length, 60)
    })

    test('contains no signature, no secret key and no control character', async () => {
      clock.advance(60_000)
      log.lines.length = 0
      const { ikey, skey } = service.integration
      const swapped = Buffer.from(`${skey.reveal()}:${'ab'.repeat(64)}`).toString('base64')
      const headers = { authorization: `Basic ${swapped}`, host: 'a\u00e9\tb' }
      await service.send({ method: 'GET', path: '/auth/v2/check', headers })
      await send({ method: 'GET', version: 2, host: 'other' })
      const text = log.lines.join('\n')
      assert.ok(text.includes('not an integration key') && text.includes(ikey))
      assert.ok(!text.includes(skey.reveal()) && !text.includes('abab'))
      assert.ok(!/[^\x20-\x7e\n]/.test(text))
    })
  })
})
