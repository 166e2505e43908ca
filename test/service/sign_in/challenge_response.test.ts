import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, beforeEach, describe, test } from 'node:test'
import { Secret as OathSecret, TOTP } from 'otpauth'
import { responseParameters } from '../../../src/proxy/second_factor/response_parameters.ts'
import {
  type ChallengeProtocol,
  challengeProtocols,
  encodePacket,
  Packet,
  readChallengeResponse,
  Type,
} from '../../../src/radius/index.ts'
import { Integrations } from '../../../src/service/applications/integrations.ts'
import { OathTokens } from '../../../src/service/authenticators/oath/oath_tokens.ts'
import type { PhonePrompt, SmsMessage } from '../../../src/service/messaging/messaging.ts'
import { rotateSealingKey } from '../../../src/service/store/rotation.ts'
import { setApplicationPolicy } from '../../rig/application_policy.ts'
import { proveTyped } from '../../rig/challenge_client.ts'
import { ManualClock } from '../../rig/manual_clock.ts'
import type { PushPhone } from '../../rig/push_phone.ts'
import { parseResponse, TestService } from '../../rig/service.ts'
import { StoreRig } from '../../rig/store.ts'
import { until } from '../../rig/until.ts'

interface Answer {
  readonly result: string
  readonly status: string
  readonly status_msg: string
  readonly factor?: string
  readonly authenticator_response?: string
}

describe('auth_response', () => {
  const rig = new StoreRig(undefined)
  const clock = new ManualClock()
  const pushed: PhonePrompt[] = []
  const messages: SmsMessage[] = []
  const delivery = {
    push: { send: async (prompt: PhonePrompt) => void pushed.push(prompt) },
    phone: { call: async () => 'waits for a key' as const },
    sms: { send: async (message: SmsMessage) => void messages.push(message) },
  }
  let service: TestService
  let username: string
  let userId: string
  let phone: PushPhone
  let totp: TOTP

  before(async () => {
    service = await TestService.start({ clock, folder: rig.folder, delivery })
  })
  after(async () => {
    await service.close()
    await rig.close()
  })

  beforeEach(async () => {
    username = `user-${randomUUID()}`
    userId = (await service.addUser({ username })).userId
    const phoneId = await service.addPhone(userId, '+15550101234')
    phone = await service.addPushPhone(userId, { phoneId })
    const { secret } = await service.store.transaction((db) =>
      new OathTokens(service.store).create(userId, { kind: 'totp' }, clock.now(), db),
    )
    totp = new TOTP({ secret: OathSecret.fromBase32(secret) })
    pushed.length = 0
    messages.length = 0
  })

  /** The parameters that prove that the user typed a text, with a new challenge each time. */
  function prove(protocol: ChallengeProtocol, typed: string, aliases = new Map<string, string>()) {
    const { attributes, success } = proveTyped(protocol, username, typed)
    const named = [{ type: Type.UserName, value: Buffer.from(username) }, ...attributes]
    const proof = readChallengeResponse(new Packet(encodePacket(1, 0, new Uint8Array(16), named)))
    assert(proof !== undefined)
    const parameters: Readonly<Record<string, string>> = {
      username,
      ...responseParameters(proof, aliases),
    }
    return { parameters, success }
  }

  async function send(
    parameters: Readonly<Record<string, string>>,
    integration = service.integration,
  ): Promise<Answer> {
    const call = { path: '/auth/v2/auth_response', parameters, integration }
    return parseResponse(await service.call(call)) as unknown as Answer
  }

  const signIn = (protocol: ChallengeProtocol, typed: string, aliases?: Map<string, string>) =>
    send(prove(protocol, typed, aliases).parameters)
  const code = () => totp.generate({ timestamp: clock.now() })
  const lines = () =>
    service.store.db
      .selectFrom('authentication_log')
      .selectAll()
      .where('user_id', '=', userId)
      .orderBy('id')
      .execute()

  for (const protocol of challengeProtocols) {
    test(`${protocol}: finds a TOTP code, and uses it up`, async () => {
      const { parameters, success } = prove(protocol, code())
      const answer = await send(parameters)
      assert.equal(answer.result, 'allow')
      assert.equal(answer.factor, 'passcode')
      assert.equal(answer.authenticator_response, success)
      // the same response again, and a new one for the same code
      for (const again of [parameters, prove(protocol, code()).parameters]) {
        const { result, status_msg, authenticator_response } = await send(again)
        assert.equal(result, 'deny')
        assert.match(status_msg, /already been used/)
        assert.equal(authenticator_response, undefined)
      }
    })

    test(`${protocol}: starts a push by its word, in capitals too, or by an alias`, async () => {
      const words = [['push'], ['Push1'], ['PUSH'], ['Ok', new Map([['ok', 'push']])]] as const
      for (const [typed, aliases] of words) {
        const { parameters, success } = prove(protocol, typed, aliases && new Map(aliases))
        const asked = send(parameters)
        await until(async () => (await phone.requests()).length > 0)
        const [request] = await phone.requests()
        await phone.answer(String(request?.txid), 'approve')
        const answer = await asked
        assert.equal(answer.result, 'allow')
        assert.equal(answer.factor, 'push')
        assert.equal(answer.authenticator_response, success)
      }
      assert.equal(pushed.length, words.length)
    })
  }

  test('a denied push gives no proof to the client', async () => {
    const asked = signIn('MS-CHAPv2', 'push')
    await until(async () => (await phone.requests()).length > 0)
    const [request] = await phone.requests()
    await phone.answer(String(request?.txid), 'deny')
    const { result, authenticator_response } = await asked
    assert.deepEqual([result, authenticator_response], ['deny', undefined])
  })

  test('finds HOTP codes within the look-ahead, and those with a blank in the middle', async () => {
    const token = await service.addToken(userId)
    const spaced = (text: string) => `${text.slice(0, 3)} ${text.slice(3)}`
    assert.equal((await signIn('CHAP', spaced(token.code(4)))).result, 'allow')
    assert.match((await signIn('CHAP', token.code(2))).status_msg, /already been used/)
    assert.equal((await signIn('MS-CHAPv1', token.code(5 + 20))).result, 'allow')
    assert.match((await signIn('MS-CHAPv1', token.code(26 + 21))).status_msg, /Incorrect passcode/)
  })

  test('finds the passcodes of a message, which are sealed in the database', async () => {
    const sent = await signIn('CHAP', 'sms')
    assert.deepEqual([sent.result, sent.status, sent.factor], ['deny', 'sent', 'sms'])
    const codes = messages[0]?.text.match(/\b\d{7}\b/g) ?? []
    assert.equal((await signIn('MS-CHAPv2', codes[0] ?? '')).result, 'allow')
    assert.match((await signIn('MS-CHAPv2', codes[0] ?? '')).status_msg, /already been used/)
    const row = await service.store.db
      .selectFrom('sms_passcodes')
      .selectAll()
      .where('user_id', '=', userId)
      .executeTakeFirstOrThrow()
    assert(!JSON.stringify(row).includes(codes[0] ?? ''))
  })

  test('finds the code that the app shows for a verified push', async () => {
    const verified = await service.addIntegration('radius')
    await setApplicationPolicy(service.store, verified, { verifiedPush: true })
    const waiting = send(prove('MS-CHAPv1', 'push').parameters, verified)
    await until(async () => (await phone.requests()).length > 0)
    const push = await service.store.db
      .selectFrom('transactions')
      .select('code')
      .where('user_id', '=', userId)
      .executeTakeFirstOrThrow()
    const { parameters, success } = prove('MS-CHAPv2', push.code ?? '')
    const answer = await send(parameters, verified)
    assert.deepEqual([answer.result, answer.authenticator_response], ['allow', success])
    assert.equal((await waiting).result, 'deny')
  })

  test('never finds a bypass code, and counts it as a wrong passcode', async () => {
    const [bypass = ''] = await service.addBypassCodes(userId, 1)
    for (const protocol of challengeProtocols) {
      assert.match((await signIn(protocol, bypass)).status_msg, /Incorrect passcode/)
    }
    const parameters = { username, factor: 'passcode', passcode: bypass }
    const call = { path: '/auth/v2/auth', parameters }
    assert.equal((parseResponse(await service.call(call)) as unknown as Answer).result, 'allow')
  })

  test('locks the account after as many unknown texts as wrong passcodes', async () => {
    const statuses: string[] = []
    for (let guess = 0; guess < 33; guess++) {
      statuses.push((await signIn('MS-CHAPv2', `guess ${guess}`)).status)
    }
    assert.deepEqual(new Set(statuses.slice(0, 10)), new Set(['deny']))
    assert.deepEqual(new Set(statuses.slice(10)), new Set(['locked_out']))
    assert.equal((await signIn('MS-CHAPv2', code())).status, 'locked_out')
  })

  test('a response that is sent again within seconds counts once', async () => {
    const { parameters } = prove('CHAP', 'no such code')
    for (let times = 0; times < 12; times++) await send(parameters)
    assert.equal((await signIn('CHAP', code())).result, 'allow')
  })

  test('logs the factor, and neither the code nor what proves it', async () => {
    const typed = code()
    const { parameters, success = '' } = prove('MS-CHAPv2', typed)
    await send(parameters)
    const [line] = await lines()
    assert.deepEqual([line?.result, line?.reason], ['success', 'valid_passcode'])
    const written = JSON.stringify(line)
    for (const secret of [typed, success, parameters.response ?? '']) {
      assert(!written.includes(secret))
    }
  })

  test('nothing typed is no guess', async () => {
    for (let times = 0; times < 12; times++) {
      assert.match((await signIn('MS-CHAPv1', '')).status_msg, /Incorrect passcode/)
    }
    assert.equal((await signIn('MS-CHAPv1', code())).result, 'allow')
  })

  test('refuses parameters that are no proof', async () => {
    const { parameters } = prove('MS-CHAPv2', 'push')
    const invalid: readonly (readonly [string, string, number])[] = [
      ['protocol', 'MSCHAPv2', 40002],
      ['protocol', '', 40001],
      ['identifier', '256', 40002],
      ['challenge', '00', 40002],
      ['challenge', 'zz'.repeat(16), 40002],
      ['response', '00'.repeat(25), 40002],
      ['peer_challenge', '', 40001],
      ['user_name', '41'.repeat(254), 40002],
      ['factor_aliases', '%ff=push', 40002],
    ]
    for (const [name, value, expected] of invalid) {
      const changed = { ...parameters, [name]: value }
      const answer = await service.call({ path: '/auth/v2/auth_response', parameters: changed })
      assert.equal(answer.body.code, expected, name)
    }
    assert.equal(pushed.length, 0)
  })

  test('keeps the protocol that the application uses', async () => {
    await signIn('MS-CHAPv1', code())
    const used = await new Integrations(service.store).byIkey(
      service.integration.ikey,
      service.store.db,
    )
    assert.equal(used?.proofProtocol?.protocol, 'MS-CHAPv1')
  })

  test('opens codes that were sealed before the sealing key was replaced', async () => {
    await signIn('CHAP', 'sms')
    const codes = messages[0]?.text.match(/\b\d{7}\b/g) ?? []
    await service.store.transaction((db) => rotateSealingKey(service.store, db))
    const again = await TestService.start({ clock, delivery, folder: rig.folder })
    try {
      const { parameters } = prove('CHAP', codes[0] ?? '')
      const { integration } = service
      const call = { path: '/auth/v2/auth_response', parameters, integration }
      const answer = parseResponse(await again.call(call)) as unknown as Answer
      assert.equal(answer.result, 'allow')
    } finally {
      await again.close()
    }
  })
})
