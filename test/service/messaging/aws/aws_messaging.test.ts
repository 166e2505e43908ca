import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { Secret } from '../../../../src/host/secret.ts'
import { AuthenticationLog } from '../../../../src/service/audit/authentication_log.ts'
import { TelephonyLog } from '../../../../src/service/audit/telephony_log.ts'
import type { AwsConfig } from '../../../../src/service/config/aws_section.ts'
import type { Language } from '../../../../src/service/config/phone_section.ts'
import { defaultConfig } from '../../../../src/service/config/service_config.ts'
import { AwsMessaging } from '../../../../src/service/messaging/aws/aws_messaging.ts'
import {
  AwsMessagingApi,
  accessKey,
  region,
  voiceLanguages,
} from '../../../rig/aws_messaging_api.ts'
import { awsSignature } from '../../../rig/aws_signature.ts'
import { toDeliveryError } from '../../../rig/delivery_error.ts'
import { RecordingLog } from '../../../rig/recording_log.ts'
import { freePort } from '../../../rig/running.ts'
import { parseResponse, TestService } from '../../../rig/service.ts'

const to = '+15551234567'
const text = 'Zürich: 1234567'

function parseConfig(api: AwsMessagingApi, config: Partial<AwsConfig> = {}): AwsConfig {
  return {
    region,
    credentials: { accessKeyId: accessKey.id, secret: new Secret(accessKey.secret) },
    originationIdentity: 'pool-1',
    configurationSet: undefined,
    endpoint: api.provider.url,
    caFile: api.provider.caFile,
    ...config,
  }
}

describe('Signature Version 4, as the test server verifies it', () => {
  const secret = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY'
  const time = { 'x-amz-date': '20150830T123600Z' }
  const scope = { date: '20150830', region: 'us-east-1' }

  test("the test suite's get-vanilla-query-order-key-case", () => {
    const headers = { host: 'example.amazonaws.com', ...time }
    const request = { method: 'GET', path: '/?Param2=value2&Param1=value1', headers, body: '' }
    const signed = { ...scope, service: 'service', signedHeaders: ['host', 'x-amz-date'] }
    assert.equal(
      awsSignature(request, signed, secret),
      'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
    )
  })

  test("the documentation's ListUsers", () => {
    const type = 'application/x-www-form-urlencoded; charset=utf-8'
    const headers = { host: 'iam.amazonaws.com', 'content-type': type, ...time }
    const path = '/?Action=ListUsers&Version=2010-05-08'
    const signedHeaders = ['content-type', 'host', 'x-amz-date']
    assert.equal(
      awsSignature(
        { method: 'GET', path, headers, body: '' },
        { ...scope, service: 'iam', signedHeaders },
        secret,
      ),
      '5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7',
    )
  })
})

describe('the client of AWS End User Messaging', () => {
  let api: AwsMessagingApi
  before(async () => {
    api = await AwsMessagingApi.start()
  })
  after(() => api.close())
  beforeEach(() => {
    api.provider.received.length = 0
  })

  const client = (config: Partial<AwsConfig> = {}, limitMs = 5_000) =>
    new AwsMessaging(parseConfig(api, config), limitMs)
  const toError = (work: Promise<unknown>) => toDeliveryError(work, [accessKey.secret, '1234567'])

  test('sends a message, signed', async () => {
    assert.match(await client().sendSms(to, text), /^[0-9a-f-]{36}$/)
    assert.deepEqual(api.texts.at(-1), {
      DestinationPhoneNumber: to,
      OriginationIdentity: 'pool-1',
      MessageBody: text,
      MessageType: 'TRANSACTIONAL',
      TimeToLive: 300,
    })
    await client({ originationIdentity: undefined, configurationSet: 'mfa' }).sendSms(to, text)
    const { OriginationIdentity: sender, ConfigurationSetName: set } = api.texts.at(-1) ?? {}
    assert.deepEqual([sender, set], [undefined, 'mfa'])
  })

  test('calls and speaks each language with a matching voice', async () => {
    for (const language of ['en', 'de', 'fr', 'es', 'it', 'nl', 'pt', 'pl'] satisfies Language[]) {
      assert.match(await client().speak(to, '+15550100000', text, language), /^[0-9a-f-]{36}$/)
      const { VoiceId, ...call } = api.calls.at(-1) ?? {}
      assert.equal(voiceLanguages[String(VoiceId)], language)
      assert.deepEqual(call, {
        DestinationPhoneNumber: to,
        OriginationIdentity: '+15550100000',
        MessageBody: text,
        MessageBodyTextType: 'TEXT',
        TimeToLive: 300,
      })
    }
  })

  for (const [name, code] of [
    ['AccessDeniedException', 'DELIVERY_REFUSED'],
    ['ConflictException', 'DELIVERY_REFUSED'],
    ['ExpiredTokenException', 'DELIVERY_REFUSED'],
    ['ResourceNotFoundException', 'DELIVERY_REFUSED'],
    ['ServiceQuotaExceededException', 'DELIVERY_REFUSED'],
    ['ValidationException', 'DELIVERY_REFUSED'],
    ['UnknownOperationException', 'DELIVERY_REFUSED'],
    ['InternalServerException', 'DELIVERY_UNANSWERED'],
  ] as const) {
    test(`reports ${name} without a retry`, async () => {
      for (const send of [
        () => client().sendSms(to, text),
        () => client().speak(to, '+15550100000', text, 'en'),
      ]) {
        api.provider.received.length = 0
        api.next = [name]
        const error = await toError(send())
        assert.equal(error.code, code)
        assert(error.message.includes(name), error.message)
        assert.equal(api.provider.received.length, 1)
      }
    })
  }

  test('retries once when throttled, because nothing was sent', async () => {
    const before = api.texts.length
    api.next = ['ThrottlingException']
    assert.match(await client().sendSms(to, text), /^[0-9a-f-]{36}$/)
    assert.equal(api.texts.length, before + 1)
    api.next = ['ThrottlingException', 'ThrottlingException', 'ThrottlingException']
    assert.equal((await toError(client().sendSms(to, text))).code, 'DELIVERY_UNREACHABLE')
    assert.equal(api.next.length, 1)
    api.next = []
  })

  test('reports a wrong secret, key, region or clock', async () => {
    const key = (id: string, secret: string) => ({
      credentials: { accessKeyId: id, secret: new Secret(secret) },
    })
    const wrong = await toError(client(key(accessKey.id, 'guessed')).sendSms(to, text))
    assert.match(wrong.message, /secret_access_key is wrong/)
    const unknown = await toError(client(key('AKIAGUESSED', accessKey.secret)).sendSms(to, text))
    assert.match(unknown.message, /access_key_id is wrong/)
    const elsewhere = await toError(client({ region: 'us-east-1' }).sendSms(to, text))
    api.now = () => Date.now() + 3_600_000
    const late = await toError(client().sendSms(to, text))
    api.now = Date.now
    assert.match(late.message, /this machine's clock/)
    for (const { code } of [wrong, unknown, elsewhere, late]) {
      assert.equal(code, 'DELIVERY_REFUSED')
    }
  })

  for (const [what, reply, code] of [
    ['a proxy that fails', { status: 502, body: '<h1>Bad Gateway</h1>' }, 'DELIVERY_UNANSWERED'],
    ['a proxy that is busy', { status: 503, body: '' }, 'DELIVERY_UNREACHABLE'],
    ['a page in the place of an answer', { status: 200, body: '<html>' }, 'DELIVERY_UNANSWERED'],
    [
      'an address elsewhere',
      { status: 307, body: '', headers: { location: 'https://127.0.0.1:9/' } },
      'DELIVERY_REFUSED',
    ],
  ] as const) {
    test(`reports ${what} as a failed provider`, async () => {
      api.next = [reply]
      const error = await toError(client().sendSms(to, text))
      assert.equal(error.code, code)
      assert(error.message.includes(`status ${reply.status}`))
      assert.equal(api.provider.received.length, 1)
    })
  }

  test('does not send again after a timeout', async () => {
    api.silent = true
    const error = await toError(client({}, 200).sendSms(to, text))
    api.silent = false
    assert.equal(error.code, 'DELIVERY_UNANSWERED')
    assert.equal(api.provider.received.length, 1)
  })

  test('reports an unreachable server and an untrusted certificate', async () => {
    const nobody = `https://127.0.0.1:${await freePort()}`
    for (const config of [{ endpoint: nobody }, { caFile: undefined }]) {
      const error = await toError(client(config).sendSms(to, text))
      assert.equal(error.code, 'DELIVERY_UNREACHABLE')
    }
    assert.equal(api.provider.received.length, 0)
  })

  test("without a key of its own it has the machine's, or says that there is none", async () => {
    const before = { ...process.env }
    const forget = () => {
      for (const name of Object.keys(process.env)) {
        if (name.startsWith('AWS_')) delete process.env[name]
      }
    }
    forget()
    const nowhere = {
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_SHARED_CREDENTIALS_FILE: '/nonexistent',
      AWS_CONFIG_FILE: '/nonexistent',
    }
    Object.assign(process.env, nowhere)
    try {
      const error = await toError(client({ credentials: undefined }).sendSms(to, text))
      assert.equal(error.code, 'DELIVERY_REFUSED')
      assert.match(error.message, /no credentials found/)
      Object.assign(process.env, {
        AWS_ACCESS_KEY_ID: accessKey.id,
        AWS_SECRET_ACCESS_KEY: accessKey.secret,
        AWS_SESSION_TOKEN: 'of a role',
      })
      api.sessionToken = 'of a role'
      assert.match(await client({ credentials: undefined }).sendSms(to, text), /^[0-9a-f-]{36}$/)
    } finally {
      api.sessionToken = undefined
      forget()
      Object.assign(process.env, before)
    }
  })
})

describe('a sign-in with a call by AWS', () => {
  const log = new RecordingLog()
  let api: AwsMessagingApi
  let service: TestService
  before(async () => {
    api = await AwsMessagingApi.start()
    const { phone, sms } = defaultConfig('.')
    const aws = { kind: 'aws', aws: parseConfig(api) } as const
    service = await TestService.start({
      log,
      config: {
        phone: { ...phone, provider: aws, callerId: '+15550100000', language: 'de' },
        sms: { ...sms, provider: aws },
      },
    })
    const { userId } = await service.addUser({ username: 'alice' })
    await service.addPhone(userId, to)
  })
  after(async () => {
    await service.close()
    await api.close()
  })

  const auth = async (parameters: Readonly<Record<string, string>>) => {
    const named = { username: 'alice', ...parameters }
    const answer = parseResponse(await service.call({ path: '/auth/v2/auth', parameters: named }))
    return [answer.result, answer.status]
  }
  /** The spoken digits, which are repeated once. */
  const heard = (): string => {
    const body = String(api.calls.at(-1)?.MessageBody)
    const once =
      /^Countersign\. Ihr Code für test authapi lautet: ((?:\d, ){6}\d)\./.exec(body)?.[1] ?? ''
    assert.equal(body.split(once).length, 3, body)
    return once.replaceAll(', ', '')
  }

  test('accepts the spoken passcode once, at the next sign-in', async () => {
    assert.deepEqual(await auth({ factor: 'phone', device: 'auto' }), ['deny', 'sent'])
    const passcode = heard()
    assert.deepEqual(await auth({ factor: 'passcode', passcode }), ['allow', 'allow'])
    assert.deepEqual(await auth({ factor: 'passcode', passcode }), ['deny', 'deny'])
    const lines = await new AuthenticationLog().list({ limit: 3 }, service.store.db)
    assert.deepEqual(lines.map(({ factor, reason }) => [factor, reason]).toReversed(), [
      ['phone', 'passcode_spoken'],
      ['sms_passcode', 'valid_passcode'],
      ['passcode', 'passcode_already_used'],
    ])
  })

  test('reports the same outcome to asynchronous clients', async () => {
    const parameters = { username: 'alice', factor: 'phone', device: 'auto', async: '1' }
    const { txid } = parseResponse(await service.call({ path: '/auth/v2/auth', parameters }))
    const polled = parseResponse(
      await service.call({
        method: 'GET',
        path: '/auth/v2/auth_status',
        parameters: { txid: String(txid) },
      }),
    )
    assert.deepEqual([polled.result, polled.status], ['deny', 'sent'])
    assert.deepEqual(await auth({ factor: 'passcode', passcode: heard() }), ['allow', 'allow'])
  })

  test('sends a passcode by SMS as well', async () => {
    assert.deepEqual(await auth({ factor: 'sms', device: 'auto' }), ['deny', 'sent'])
    const [passcode = ''] = /1\d{6}$/.exec(String(api.texts.at(-1)?.MessageBody)) ?? []
    assert.deepEqual(await auth({ factor: 'passcode', passcode }), ['allow', 'allow'])
  })

  test('reports a refusal by AWS at once, and logs it without the passcode', async () => {
    api.next = ['ConflictException']
    assert.deepEqual(await auth({ factor: 'phone', device: 'auto' }), ['deny', 'deny'])
    const [line] = await new TelephonyLog(service.store).list({ limit: 1 }, service.store.db)
    assert.deepEqual([line?.type, line?.provider, line?.result], ['phone', 'aws', 'refused'])
    assert.match(line?.detail ?? '', /has opted out/)
    assert(log.has('a call was not sent'))
    assert.doesNotMatch(log.lines.join('\n'), /\d(, \d){6}|\d{7}/)
  })
})
