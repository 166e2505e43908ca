import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { isRecord } from '../../../../../src/duo/index.ts'
import type { Integration } from '../../../../../src/service/applications/integrations.ts'
import { parseResponse, type SignedCall } from '../../../../rig/service.ts'
import { type Person, UnixService } from '../../../../rig/unix_service.ts'

type Response = Readonly<Record<string, unknown>>

/** Requests of Duo Unix releases that Debian does not package. */
interface Release {
  readonly name: string
  readonly api: 'rest/v1' | 'auth/v2'
  /** Whether it reads the service's time before it signs. */
  readonly pings: boolean
  readonly signature: () => Pick<SignedCall, 'version' | 'digest' | 'date' | 'duoDate'>
}

const dated = () => ({
  version: 2 as const,
  digest: 'sha512' as const,
  date: new Date().toUTCString().replace('GMT', '+0000'),
  duoDate: true,
})
const releases: readonly Release[] = [
  {
    name: '1.12',
    api: 'rest/v1',
    pings: false,
    signature: () => ({ version: 1, digest: 'sha1' }),
  },
  { name: '2.0.1', api: 'rest/v1', pings: false, signature: dated },
  { name: '2.1', api: 'rest/v1', pings: true, signature: dated },
  { name: '2.2', api: 'auth/v2', pings: true, signature: dated },
]

/** Sends the requests of libduo, and fails on replies that libduo can't parse. */
class Library {
  readonly #unix: UnixService
  readonly #release: Release
  readonly #integration: Integration
  readonly #username: string
  /** The txid of a verified push, sent with any choice. */
  #txid: string | undefined

  constructor(
    unix: UnixService,
    release: Release,
    username: string,
    integration = unix.integration,
  ) {
    this.#unix = unix
    this.#release = release
    this.#username = username
    this.#integration = integration
  }

  /** @param options.verifiedPush A setting of 2.2. */
  async preauth({ verifiedPush = false } = {}): Promise<{
    readonly result: string
    readonly message: string
    readonly factors: Response
  }> {
    const { api, pings } = this.#release
    if (pings) await this.#ping()
    const response = await this.#call('POST', 'preauth', {
      ...this.#identify(),
      failmode: 'closed',
      ...(api === 'auth/v2' ? { text_prompt: '1' } : {}),
      ...(verifiedPush ? { client_supports_verified_push: '1' } : {}),
    })
    const result = text(response.result)
    this.#txid = verifiedPush ? text(response.txid) : undefined
    const prompt = api === 'auth/v2' ? response.prompt : response
    if (result === 'auth') {
      assert.ok(isRecord(prompt) && isRecord(prompt.factors))
      return { result, message: text(prompt.text ?? prompt.prompt), factors: prompt.factors }
    }
    const status = text(api === 'auth/v2' ? response.status_msg : response.status)
    const message = isRecord(prompt) && typeof prompt.text === 'string' ? prompt.text : status
    return { result, message, factors: {} }
  }

  /** Signs in without a prompt. */
  async sync(chosen: string): Promise<Response> {
    return this.#final(await this.#auth(chosen, '0'))
  }

  /** @returns The status messages up to the end, and the result. */
  async async(chosen: string): Promise<{ readonly messages: string[]; readonly result: string }> {
    const txid = text((await this.#auth(chosen, '1')).txid)
    const messages: string[] = []
    const [path, message] =
      this.#release.api === 'auth/v2' ? ['auth_status', 'status_msg'] : ['status', 'status']
    while (messages.length < 20) {
      const response = await this.#call('GET', path, { txid })
      messages.push(text(response[message]))
      const waits = this.#release.api === 'auth/v2' ? 'waiting' : undefined
      if (response.result !== waits) return { messages, result: text(this.#final(response).result) }
    }
    throw new Error('no result after twenty replies')
  }

  async #ping(): Promise<void> {
    const answer = await this.#unix.service.call({
      method: 'GET',
      path: '/auth/v2/ping?',
      integration: this.#integration,
      ...this.#release.signature(),
    })
    assert.ok(Number.isInteger(parseResponse(answer).time))
  }

  async #auth(chosen: string, async: '0' | '1'): Promise<Response> {
    const factor =
      this.#release.api === 'auth/v2'
        ? { factor: 'prompt', prompt: chosen }
        : { factor: 'auto', auto: chosen }
    return await this.#call('POST', 'auth', {
      ...this.#identify(),
      ...factor,
      async,
      pushinfo: 'Server+IP=192.0.2.2&Command=ls%20-l',
      ...(this.#txid === undefined ? {} : { txid: this.#txid }),
    })
  }

  #identify(): Readonly<Record<string, string>> {
    const name = this.#release.api === 'auth/v2' ? 'username' : 'user'
    const ipaddr = '2001:db8::1 50000 2001:db8::2 22'
    return { [name]: this.#username, ipaddr, hostname: 'host.example.com' }
  }

  #final(response: Response): Response {
    text(this.#release.api === 'auth/v2' ? response.status_msg : response.status)
    assert.ok(response.result === 'allow' || response.result === 'deny')
    return response
  }

  async #call(
    method: 'GET' | 'POST',
    name: string,
    parameters: Readonly<Record<string, string>>,
  ): Promise<Response> {
    const { api, signature } = this.#release
    const path = `/${api}/${name}${api === 'rest/v1' ? '.json' : ''}`
    const integration = this.#integration
    const call = { method, path, parameters, integration, ...signature() }
    const answer = await this.#unix.service.call(call)
    assert.equal(answer.status, 200, `${path}: ${answer.text}`)
    return parseResponse(answer)
  }
}

function text(value: unknown): string {
  assert.equal(typeof value, 'string')
  return String(value)
}

for (const release of releases) {
  describe(`requests of Duo Unix ${release.name}`, () => {
    let unix: UnixService
    let person: Person
    let counter = 0
    before(async () => {
      unix = await UnixService.start()
      person = await unix.addPerson('alice')
    })
    after(() => unix.close())

    const library = (username = 'alice', integration = unix.integration) =>
      new Library(unix, release, username, integration)

    test('sign in with a push chosen from the prompt', async () => {
      const duo = library()
      const { result, message, factors } = await duo.preauth()
      assert.equal(result, 'auth')
      assert.match(
        message,
        /^Duo two-factor login for alice\n\n.*\n\n 1\. Duo Push to [\s\S]*\(1-3\): $/,
      )
      assert.deepEqual(factors, { default: 'push1', '1': 'push1', '2': 'phone1', '3': 'sms1' })
      const login = duo.async(text(factors['1']))
      const { txid, ipaddr, hostname, info } = await person.phone.nextRequest()
      assert.deepEqual([ipaddr, hostname], ['2001:db8::1', 'host.example.com'])
      assert.deepEqual(info, [
        ['Server IP', '192.0.2.2'],
        ['Command', 'ls -l'],
      ])
      await person.phone.answer(String(txid), 'approve')
      const { messages, result: end } = await login
      assert.equal(end, 'allow')
      assert.equal(messages.at(-1), 'Success. Logging you in...')
    })

    test('sign in synchronously with the default factor', async () => {
      const duo = library()
      const { factors } = await duo.preauth()
      for (const [decision, result] of [
        ['deny', 'deny'],
        ['approve', 'allow'],
      ] as const) {
        const login = duo.sync(text(factors.default))
        await person.phone.answerNext(decision)
        assert.equal((await login).result, result)
      }
    })

    test('accept SMS and token passcodes, and deny unknown words', async () => {
      const duo = library()
      assert.equal((await duo.async('sms1')).result, 'deny')
      const [passcode = ''] = await unix.passcodes()
      assert.match((await duo.preauth()).message, /\(next code starts with: \d\)/)
      assert.equal((await duo.async(passcode)).result, 'allow')
      assert.equal((await duo.sync(person.token.code(counter++))).result, 'allow')
      for (const wrong of ['\n', ' ', '4', 'push7', 'phone3', 'voice1', 'x'.repeat(255)]) {
        assert.equal((await duo.sync(wrong)).result, 'deny')
        assert.equal((await duo.async(wrong)).result, 'deny')
      }
    })

    test('end at preauth for unknown and locked-out users', async () => {
      const preauthUnder = async (policy: 'enroll' | 'allow' | 'deny') => {
        const integration = await unix.service.addIntegration('unix', policy)
        const { result, message } = await library('mallory', integration).preauth()
        return { result, message }
      }
      const enroll = await preauthUnder('enroll')
      assert.equal(enroll.result, 'enroll')
      assert.match(enroll.message, /^Please enroll at https:\/\/\S+\/portal/)
      assert.equal((await preauthUnder('allow')).result, 'allow')
      assert.equal((await preauthUnder('deny')).result, 'deny')
      await unix.service.addUser({ username: 'bob', status: 'locked out' })
      const locked = await library('bob').preauth()
      assert.equal(locked.result, 'deny')
      assert.match(locked.message, /^Your account is locked out\./)
    })

    test('show the code of a verified push at the login, or in the app', async () => {
      const integration = await unix.addVerifiedPush()
      const duo = library('alice', integration)
      if (release.api === 'auth/v2') {
        for (const mode of ['async', 'sync'] as const) {
          const { message } = await duo.preauth({ verifiedPush: true })
          const [code = ''] = /\b\d{3}(?=\n\nPasscode)/.exec(message) ?? []
          const login = duo[mode]('push1')
          const { txid } = await person.phone.nextRequest()
          await person.phone.answer(String(txid), 'approve', { code })
          assert.equal((await login).result, 'allow')
        }
      }
      await duo.preauth()
      const { messages } = await duo.async('push1')
      assert.deepEqual(messages, [
        'Open the app on your device, then log in with the code it shows.',
      ])
      const { verification } = await person.phone.nextRequest()
      assert.ok(isRecord(verification))
      assert.equal((await duo.async(text(verification.code))).result, 'allow')
    })
  })
}
