import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, beforeEach, describe, test } from 'node:test'
import type { Device } from '../../src/duo/index.ts'
import type { Login } from '../../src/proxy/login/login.ts'
import { type Decider, reject, type Verdict } from '../../src/proxy/login/verdict.ts'
import type { ModeChecks } from '../../src/proxy/mode/mode.ts'
import type { PrimaryAuthentication } from '../../src/proxy/primary/primary.ts'
import { type SectionKinds, sectionKinds } from '../../src/proxy/section_kinds.ts'
import { Code, type Packet, Type } from '../../src/radius/index.ts'
import { AuthApiDouble, preauthAnswer } from '../rig/auth_api_double.ts'
import { ProxyAtWork, replyMessage, type SignInOptions, sectionFor } from '../rig/proxy_at_work.ts'

const password = 'correct horse'
const menu = 'Passcode, push, phone or sms?'
const devices = [{ device: 'DP1', type: 'phone', name: '', capabilities: ['auto', 'push', 'sms'] }]

function rejectPrimary(message: string): Verdict {
  return { kind: 'reject', stage: 'primary', message }
}

/** Replaces a client section that checks passwords itself, such as `[ad_client]`. */
function createPasswordCheck(): PrimaryAuthentication {
  return {
    checksPassword: true,
    authenticate: async ({ credential }) =>
      credential.kind === 'pap' && credential.text === password
        ? { kind: 'accepted', checked: 'password' }
        : { kind: 'rejected', message: 'Invalid credentials' },
    close: async () => {},
  }
}

function typedText({ credential }: Login): string {
  return credential.kind === 'pap' ? credential.text : ''
}

/** The password, then the second factor that the API chooses. */
function createAuto(_section: unknown, { primary, secondFactor }: ModeChecks): Decider {
  return {
    sendsChallenges: false,
    takesResponses: false,
    async decide(login) {
      const first = await primary.authenticate(login)
      if (first.kind === 'rejected') return rejectPrimary(first.message)
      return secondFactor.ask(login, 'auto', first)
    },
  }
}

/** Password and second factor in one field, separated by a comma. */
function createConcat(_section: unknown, { primary, secondFactor }: ModeChecks): Decider {
  return {
    sendsChallenges: false,
    takesResponses: false,
    async decide(login) {
      const text = typedText(login)
      const at = text.lastIndexOf(',')
      const credential = { kind: 'pap', text: text.slice(0, at) } as const
      const first = await primary.authenticate({ ...login, credential })
      if (first.kind === 'rejected') return rejectPrimary(first.message)
      return secondFactor.ask(login, text.slice(at + 1), first)
    },
  }
}

/** The password, then a challenge; the reply to it is the second factor. */
function createChallenge(_section: unknown, { primary, secondFactor }: ModeChecks): Decider {
  const open = new Map<string, readonly Device[]>()
  const toKey = ({ username }: Login, state: Uint8Array): string =>
    `${username} ${Buffer.from(state).toString('hex')}`
  return {
    sendsChallenges: true,
    takesResponses: false,
    async decide(login) {
      if (login.state !== undefined) {
        const key = toKey(login, login.state)
        const choice = open.get(key)
        open.delete(key)
        if (choice === undefined) return reject('This sign-in has expired. Please begin again.')
        return secondFactor.auth(login, typedText(login), choice)
      }
      const first = await primary.authenticate(login)
      if (first.kind === 'rejected') return rejectPrimary(first.message)
      const answer = await secondFactor.preauth(login, first)
      if (answer.kind !== 'choose') return answer
      const state = randomBytes(16)
      open.set(toKey(login, state), answer.devices)
      return { kind: 'challenge', state, message: menu }
    },
  }
}

function kindsWith(createMode: typeof createAuto): SectionKinds {
  const { listener } = sectionKinds.servers.radius_server_duo_only
  return {
    servers: { radius_server_duo_only: { listener, createMode } },
    clients: { duo_only_client: createPasswordCheck },
  }
}

describe('modes that are added to the table of section kinds', () => {
  let api: AuthApiDouble
  let proxy: ProxyAtWork

  before(async () => {
    api = await AuthApiDouble.start()
  })
  beforeEach(() => {
    api.reset()
    api.preauth = () => preauthAnswer(devices)
  })
  after(() => api.close())

  describe('challenge', () => {
    before(async () => {
      proxy = await ProxyAtWork.startWith(
        kindsWith(createChallenge),
        sectionFor(api, { failmode: 'safe' }),
      )
      await api.askedTimes('/auth/v2/check', 1)
    })
    beforeEach(() => {
      proxy.events.length = 0
    })
    after(() => proxy.stop())

    async function ask(typed: string, options?: SignInOptions): Promise<Packet> {
      const reply = await proxy.request('alice', typed, options)
      assert(reply !== undefined)
      return reply
    }

    function stateIn(packet: Packet): SignInOptions {
      const value = packet.first(Type.State)
      assert(value !== undefined)
      return { attributes: [{ type: Type.State, value }] }
    }

    test('sends Access-Challenge with State and text, and takes the reply with that State', async () => {
      const challenge = await ask(password)
      assert.equal(challenge.code, Code.AccessChallenge)
      assert.equal(replyMessage(challenge), menu)
      assert.deepEqual(
        challenge.attributes.map(({ type }) => type),
        [Type.MessageAuthenticator, Type.State, Type.ReplyMessage],
      )
      assert.equal(api.asked('/auth/v2/auth').length, 0)
      assert.equal((await ask('push', stateIn(challenge))).code, Code.AccessAccept)
      assert.deepEqual(api.asked('/auth/v2/auth'), [
        { username: 'alice', factor: 'push', device: 'auto', async: '1' },
      ])
      assert.equal(api.asked('/auth/v2/preauth').length, 1)
      assert.deepEqual(
        proxy.events.map(({ status, auth_stage, grounds }) => [status, auth_stage, grounds]),
        [
          ['Challenge', 'Secondary authentication', null],
          ['Allow', 'Secondary authentication', 'auth'],
        ],
      )
      assert.equal(proxy.proxy.counters.get('radius_server_duo_only')?.challenges, 1)
    })

    test('accepts a State once, and only from its user', async () => {
      const challenge = await ask(password)
      const state = stateIn(challenge)
      assert.equal((await proxy.request('bob', 'push', state))?.code, Code.AccessReject)
      assert.equal((await ask('push', state)).code, Code.AccessAccept)
      assert.equal((await ask('push', state)).code, Code.AccessReject)
    })

    test('rejects a wrong password as primary authentication, without asking the API', async () => {
      assert.equal((await ask('wrong')).code, Code.AccessReject)
      assert.equal(api.requests.length, 0)
      assert.equal(proxy.events[0]?.auth_stage, 'Primary authentication')
      assert.equal(proxy.events[0]?.msg, 'Invalid credentials')
    })

    test('applies failmode to preauth, without a challenge', async () => {
      const unavailable = { status: 503, body: '' }
      api.preauth = () => unavailable
      api.check = () => unavailable
      assert.equal((await ask(password)).code, Code.AccessAccept)
      assert.equal(proxy.events[0]?.grounds, 'failmode safe')
    })
  })

  test('auto asks for the factor that the API chooses', async () => {
    proxy = await ProxyAtWork.startWith(kindsWith(createAuto), sectionFor(api))
    assert.equal((await proxy.signIn('alice', password))?.accepted, true)
    assert.equal((await proxy.signIn('alice', 'wrong'))?.accepted, false)
    assert.deepEqual(api.asked('/auth/v2/auth'), [
      { username: 'alice', factor: 'auto', device: 'auto', async: '1' },
    ])
    await proxy.stop()
  })

  test('concat splits the field into password and second factor', async () => {
    proxy = await ProxyAtWork.startWith(kindsWith(createConcat), sectionFor(api))
    assert.equal((await proxy.signIn('alice', `${password},123456`))?.accepted, true)
    assert.equal((await proxy.signIn('alice', 'wrong,123456'))?.accepted, false)
    assert.deepEqual(api.asked('/auth/v2/auth'), [
      { username: 'alice', factor: 'passcode', passcode: '123456' },
    ])
    await proxy.stop()
  })
})
