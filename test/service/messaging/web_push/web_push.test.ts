import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { contactWeakness } from '../../../../src/service/config/web_push_contact.ts'
import { isPublicAddress } from '../../../../src/service/messaging/provider/public_address.ts'
import { type VapidKeys, vapidKeys } from '../../../../src/service/messaging/web_push/vapid_keys.ts'
import { WebPush } from '../../../../src/service/messaging/web_push/web_push.ts'
import { rotateSealingKey } from '../../../../src/service/store/rotation.ts'
import { PushService } from '../../../rig/push_service.ts'
import { RecordingLog } from '../../../rig/recording_log.ts'
import { onBothDatabases, StoreRig } from '../../../rig/store.ts'
import { eventLimitMs } from '../../../rig/until.ts'

const minuteMs = 60_000

describe('Web Push', () => {
  const rig = new StoreRig(undefined)
  const clock = { now: () => Date.now() }
  const ended: string[] = []
  let service: PushService
  let keys: VapidKeys
  let subscription = ''

  before(async () => {
    service = await PushService.start()
    keys = await vapidKeys(await rig.open())
  })
  beforeEach(() => {
    subscription = JSON.stringify(service.subscribe())
    service.status = 201
    service.requests = 0
    service.messages.length = 0
    ended.length = 0
  })
  after(async () => {
    await service.close()
    await rig.close()
  })

  const webPush = (
    privateServices = ['localhost'],
    log = new RecordingLog(),
    timeoutMs = eventLimitMs,
  ) =>
    new WebPush(
      {
        of: async () => subscription,
        ended: async (phoneId, json) => void ended.push(phoneId, json),
      },
      {
        keys,
        contact: 'mailto:admin@example.org',
        privateServices,
        ca: service.ca,
        timeoutMs,
      },
      clock,
      log,
    )
  const request = {
    txid: 'a1b2',
    phoneId: 'DPAAAAAAAAAAAAAAAAAA',
    userId: 'DUAAAAAAAAAAAAAAAAAA',
    number: '+15550104788',
    application: 'WorkSpaces',
    username: 'alice',
    ipaddr: '192.0.2.7',
    hostname: 'desk',
    expires: Date.now() + minuteMs,
  }

  test('sends only what the app needs to fetch the request', async () => {
    await webPush().send(request)
    const [message] = service.messages
    assert.deepEqual(JSON.parse(message?.text ?? ''), { txid: 'a1b2', application: 'WorkSpaces' })
  })

  test('RFC 8292: issues a token for this push service, valid for a day at most', async () => {
    await webPush().send(request)
    const [message] = service.messages
    const { aud, exp, sub } = message?.claims ?? {}
    assert.equal(aud, `https://localhost:${service.port}`)
    assert.equal(sub, 'mailto:admin@example.org')
    const secs = Number(exp) - Date.now() / 1000
    assert.ok(secs > 0 && secs <= 86_400, `it is valid for ${secs} s`)
    assert.equal(message?.vapidKey, keys.publicKey)
  })

  test('RFC 8030: sends urgently, with a TTL no longer than the sign-in', async () => {
    await webPush().send({ ...request, expires: Date.now() + 40_000 })
    const [message] = service.messages
    const ttl = Number(message?.headers.ttl)
    assert.ok(ttl > 30 && ttl <= 40, `it lives for ${ttl} s`)
    assert.equal(message?.headers.urgency, 'high')
    assert.equal(message?.headers['content-encoding'], 'aes128gcm')
  })

  for (const status of [404, 410]) {
    test(`deletes an ended subscription (${status})`, async () => {
      service.status = status
      await assert.rejects(webPush().send(request), { code: 'DELIVERY_REFUSED' })
      assert.deepEqual(ended, [request.phoneId, subscription])
    })
  }

  for (const status of [401, 403]) {
    test(`logs the setting to change if a push service refuses the contact (${status})`, async () => {
      service.status = status
      const log = new RecordingLog()
      await assert.rejects(webPush(['localhost'], log).send(request), { code: 'DELIVERY_REFUSED' })
      const [line = ''] = log.lines
      for (const part of [
        'warn ',
        'set web_push_contact in [push]',
        `localhost:${service.port}`,
        `status: ${status}`,
        "web_push_contact: 'mailto:admin@example.org'",
      ]) {
        assert(line.includes(part), line)
      }
      assert.deepEqual(ended, [])
    })
  }

  for (const status of [400, 413, 429, 500]) {
    test(`reports other refusals and keeps the subscription (${status})`, async () => {
      service.status = status
      await assert.rejects(webPush().send(request), { code: 'DELIVERY_REFUSED' })
      assert.deepEqual(ended, [])
    })
  }

  test('does not follow a redirect', async () => {
    service.status = 307
    service.headers = { location: `https://localhost:${service.port}/elsewhere` }
    await assert.rejects(webPush().send(request), { code: 'DELIVERY_REFUSED' })
    assert.equal(service.requests, 1)
    service.headers = {}
  })

  test('reports an unreachable push service, without the phone’s URL', async () => {
    const log = new RecordingLog()
    subscription = JSON.stringify({
      ...service.subscribe(),
      endpoint: 'https://localhost:1/secret',
    })
    await assert.rejects(webPush(['localhost'], log).send(request), {
      code: 'DELIVERY_UNREACHABLE',
    })
    assert.doesNotMatch(JSON.stringify(log.lines), /secret/)
  })

  test('does not wait for a push service that does not answer', async () => {
    service.silent = true
    const hurried = webPush(['localhost'], new RecordingLog(), 500)
    await assert.rejects(hurried.send(request), { code: 'DELIVERY_UNREACHABLE' })
    service.silent = false
  })

  test('does not wake a phone without a subscription', async () => {
    const silent = new WebPush(
      { of: async () => null, ended: async () => {} },
      { keys, contact: 'mailto:admin@example.org', privateServices: [] },
      clock,
      new RecordingLog(),
    )
    await silent.send(request)
    assert.equal(service.requests, 0)
  })

  test('does not connect to internal addresses', async () => {
    const port = `:${service.port}`
    for (const endpoint of [
      `https://localhost${port}/`,
      `https://127.0.0.1${port}/`,
      `https://[::1]${port}/`,
      `https://[::ffff:127.0.0.1]${port}/`,
      `https://2130706433${port}/`,
      `https://0x7f.1${port}/`,
      'https://169.254.169.254/latest/meta-data',
      'https://10.0.0.1/',
      'https://[fd00::1]/',
      `https://[::7f00:1]${port}/`,
      `https://[::127.0.0.1]${port}/`,
      `http://localhost${port}/`,
    ]) {
      subscription = JSON.stringify({ ...service.subscribe(), endpoint })
      await assert.rejects(webPush([]).send(request), { code: 'DELIVERY_REFUSED' }, endpoint)
    }
    assert.equal(service.requests, 0)
  })

  test('recognises contacts that push services are likely to refuse', () => {
    for (const contact of [
      'https://mfa.example.com',
      'https://mfa.example.com:8443',
      'mailto:admin@corp.example.org',
    ]) {
      assert.equal(contactWeakness(contact), undefined, contact)
    }
    for (const contact of [
      'https://localhost',
      'https://localhost:8443',
      'https://mfa',
      'https://mfa.corp.local',
      'https://mfa.lan',
      'https://mfa.internal.',
      'https://192.0.2.7',
      'https://[2001:db8::7]',
      'mailto:root@localhost',
      'mailto:root@mfa',
      'mailto:root@corp.local',
      'mailto:root@corp.test',
    ]) {
      assert.notEqual(contactWeakness(contact), undefined, contact)
    }
  })

  test('distinguishes public addresses from others', () => {
    for (const address of [
      '8.8.8.8',
      '::ffff:8.8.8.8',
      '2606:4700::1111',
      '2001:4860::8888',
      '2a00::1',
    ]) {
      assert.ok(isPublicAddress(address), address)
    }
    for (const address of [
      '0.0.0.0',
      '10.1.2.3',
      '100.64.0.1',
      '127.0.0.1',
      '169.254.169.254',
      '172.16.0.1',
      '192.168.1.1',
      '198.18.0.1',
      '224.0.0.1',
      '255.255.255.255',
      '::',
      '::1',
      '::ffff:10.0.0.1',
      '::8.8.8.8',
      '::7f00:1',
      '::a9fe:a9fe',
      '::ffff:0:a00:1',
      '64:ff9b::a00:1',
      '64:ff9b:1::a00:1',
      '100::1',
      '100:0:0:1::1',
      '1::1',
      '2001::1',
      '2001:1::1',
      '2001:db8::1',
      '2002:a00:1::',
      '3fff::1',
      '4000::1',
      '5f00::1',
      '192.0.0.8',
      '192.0.2.1',
      '203.0.113.1',
      '240.0.0.1',
      'fec0::1',
      'fd00::1',
      'fe80::1',
      'ff02::1',
      'localhost',
    ]) {
      assert.ok(!isPublicAddress(address), address)
    }
  })
})

onBothDatabases('the VAPID keys', (rig) => {
  test('are created once for all nodes and survive a key rotation', async () => {
    const one = await rig().open()
    // SQLite has one node
    const other = rig().databaseUrl === undefined ? one : await rig().open()
    const made = await Promise.all([vapidKeys(one), vapidKeys(other), vapidKeys(one)])
    const [first] = made
    for (const keys of made) assert.deepEqual(keys, first)
    const { value } = await one.db
      .selectFrom('settings')
      .select('value')
      .where('name', '=', 'vapid_keys')
      .executeTakeFirstOrThrow()
    assert.ok(!value.includes(first?.privateKey ?? ''))
    await one.transaction((db) => rotateSealingKey(one, db))
    assert.deepEqual(await vapidKeys(await rig().open()), first)
  })
})
