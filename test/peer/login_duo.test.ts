import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { isRecord } from '../../src/duo/index.ts'
import { isLetIn, LoginDuo, skipLoginDuo } from '../rig/duo_unix.ts'
import { UnixService } from '../rig/unix_service.ts'

const readPrompt = (username: string, nextCode = '') => `Duo two-factor login for ${username}

Enter a passcode or select one of the following options:

 1. Duo Push to Work (XXX-XXX-4788)
 2. Phone call to Work (XXX-XXX-4788)
 3. SMS passcodes to Work (XXX-XXX-4788)${nextCode}

Passcode or option (1-3): `

describe('login_duo 1.11.3', { skip: skipLoginDuo }, () => {
  let unix: UnixService
  let login: LoginDuo
  before(async () => {
    unix = await UnixService.start()
    login = new LoginDuo(unix.service, unix.integration)
  })
  after(() => unix.close())

  const passcodeSignsIn = async (username: string, passcode: string): Promise<boolean> => {
    const terminal = login.onTerminal(username, { settings: { prompts: '1' } })
    await terminal.shows('(1-3): ')
    terminal.type(passcode)
    return await isLetIn(terminal)
  }

  describe('at a terminal', () => {
    test('1 is a push, which is approved', async () => {
      const { username, phone } = await unix.addPerson()
      const terminal = login.onTerminal(username)
      assert.equal(await terminal.shows('(1-3): '), readPrompt(username))
      terminal.type('1')
      await terminal.shows('\nPushed a login request to your device...\n')
      const { txid, ipaddr, info } = await phone.nextRequest()
      assert.equal(ipaddr, '203.0.113.7')
      assert.deepEqual(Array.isArray(info) && info.map(([name]) => name), ['Server IP', 'Command'])
      await phone.answer(String(txid), 'approve')
      await terminal.shows('Success. Logging you in...\n')
      assert.equal(await isLetIn(terminal), true)
    })

    test('a denied or reported push returns to the prompt, three times in all', async () => {
      const { username, phone } = await unix.addPerson()
      const terminal = login.onTerminal(username)
      await terminal.shows('(1-3): ')
      terminal.type('push')
      await phone.answerNext('deny')
      await terminal.shows('Login request denied.')
      await terminal.shows('(1-3): ')
      terminal.type('PUSH1')
      await phone.answerNext('fraud')
      await terminal.shows('Login request reported as fraudulent.')
      await terminal.shows('(1-3): ')
      terminal.type('')
      await terminal.shows('Incorrect passcode. Please try again.')
      assert.equal(await isLetIn(terminal), false)
    })

    test('2 is a call, which only its key accepts', async () => {
      const { username } = await unix.addPerson()
      const terminal = login.onTerminal(username)
      await terminal.shows('(1-3): ')
      terminal.type('2')
      await terminal.shows('Dialing XXX-XXX-4788...\n')
      const id = await unix.answerCall('5')
      await terminal.shows("Answered. Press '1' on your phone to log in.\n")
      await unix.outbox.answer(id, '1')
      await terminal.shows('Success. Logging you in...\n')
      assert.equal(await isLetIn(terminal), true)
    })

    test('a call that is hung up', async () => {
      const { username } = await unix.addPerson()
      const terminal = login.onTerminal(username, { settings: { prompts: '1' } })
      await terminal.shows('(1-3): ')
      terminal.type('phone')
      await terminal.shows('Dialing')
      await unix.answerCall(null)
      await terminal.shows('No keypress detected. Please try again.\n')
      assert.equal(await isLetIn(terminal), false)
    })

    test('3 sends passcodes and asks again; one of them is right once', async () => {
      const { username } = await unix.addPerson()
      const terminal = login.onTerminal(username)
      await terminal.shows('(1-3): ')
      terminal.type('3')
      await terminal.shows('New SMS passcodes sent.\n')
      const shown = await terminal.shows('(1-3): ')
      const [passcode = ''] = await unix.passcodes()
      const next = ` (next code starts with: ${passcode.slice(0, 1)})`
      assert.ok(shown.endsWith(readPrompt(username, next)))
      terminal.type(passcode)
      await terminal.shows('Success. Logging you in...\n')
      assert.equal(await isLetIn(terminal), true)
      assert.equal(await passcodeSignsIn(username, passcode), false)
    })

    test('a passcode: wrong, right, used before', async () => {
      const { username, token } = await unix.addPerson()
      const terminal = login.onTerminal(username)
      await terminal.shows('(1-3): ')
      terminal.type('000000000')
      await terminal.shows('Incorrect passcode. Please try again.\n')
      await terminal.shows('(1-3): ')
      const passcode = token.code(0)
      terminal.type(` ${passcode.slice(0, 3)} ${passcode.slice(3)} `)
      await terminal.shows('Success. Logging you in...\n')
      assert.equal(await isLetIn(terminal), true)
      const again = login.onTerminal(username, { settings: { prompts: '1' } })
      await again.shows('(1-3): ')
      again.type(passcode)
      await again.shows('This passcode has already been used. ')
      assert.equal(await isLetIn(again), false)
    })

    test('a bypass code, once', async () => {
      const { username, userId } = await unix.addPerson()
      const [code = ''] = await unix.service.addBypassCodes(userId, 1)
      assert.equal(await passcodeSignsIn(username, code), true)
      assert.equal(await passcodeSignsIn(username, code), false)
    })

    test('push2 and phone2 are the second phone, by name and by number', async () => {
      const { username, userId, phone } = await unix.addPerson()
      const second = await unix.addPushPhone(userId, '+15550105555', 'Home')
      const terminal = login.onTerminal(username)
      const shown = await terminal.shows('(1-6): ')
      assert.ok(shown.includes('\n 2. Duo Push to Home (XXX-XXX-5555)\n'))
      assert.ok(shown.includes('\n 4. Phone call to Home (XXX-XXX-5555)\n'))
      terminal.type('2')
      await second.answerNext('deny')
      await terminal.shows('(1-6): ')
      terminal.type('phone2')
      await terminal.shows('Dialing XXX-XXX-5555...\n')
      await unix.answerCall(null)
      await terminal.shows('(1-6): ')
      terminal.type('push2')
      assert.deepEqual(await phone.requests(), [])
      await second.answerNext('approve')
      assert.equal(await isLetIn(terminal), true)
    })

    test('with verified push, the app shows a code for the prompt', async () => {
      const { username, phone } = await unix.addPerson()
      const verified = new LoginDuo(unix.service, await unix.addVerifiedPush())
      const terminal = verified.onTerminal(username)
      await terminal.shows('(1-3): ')
      terminal.type('1')
      await terminal.shows('Open the app on your device, then log in with the code it shows.\n')
      await terminal.shows('(1-3): ')
      const { verification } = await phone.nextRequest()
      assert.ok(isRecord(verification) && verification.kind === 'show')
      terminal.type(String(verification.code))
      await terminal.shows('Success. Logging you in...\n')
      assert.equal(await isLetIn(terminal), true)
    })

    test('a factor that no phone supports returns to the prompt', async () => {
      const { username } = await unix.addPerson()
      const terminal = login.onTerminal(username, { settings: { prompts: '2' } })
      await terminal.shows('(1-3): ')
      terminal.type('push7')
      await terminal.shows('None of your devices supports this method.\n')
      await terminal.shows('(1-3): ')
      terminal.type('4')
      await terminal.shows('Incorrect passcode. Please try again.\n')
      assert.equal(await isLetIn(terminal), false)
    })

    test('autopush pushes without a question, and asks after a denial', async () => {
      const { username, phone, token } = await unix.addPerson()
      const settings = { autopush: 'yes' }
      const approved = login.onTerminal(username, { settings })
      await approved.shows('Autopushing login request to phone...\n')
      await phone.answerNext('approve')
      await approved.shows('Success. Logging you in...\n')
      assert.equal(await isLetIn(approved), true)
      const denied = login.onTerminal(username, { settings })
      await phone.answerNext('deny')
      await denied.shows('Login request denied.\n')
      await denied.shows('(1-3): ')
      denied.type(token.code(0))
      assert.equal(await isLetIn(denied), true)
    })
  })

  describe('without a terminal', () => {
    test('one push, which shows the command', async () => {
      const { username, phone } = await unix.addPerson()
      const command = "echo 'a  b&c=ä+%\"' WELCOME"
      const env = { SSH_ORIGINAL_COMMAND: command }
      const settings = { pushinfo: 'yes' }
      const approved = login.headless(username, { env, settings })
      const { txid, info } = await phone.nextRequest()
      assert.deepEqual(Array.isArray(info) && info[1], ['Command', command])
      await phone.answer(String(txid), 'approve')
      assert.equal(await isLetIn(approved), true)
      assert.match(approved.stderr, /Successful Duo login for '\S+' from 203\.0\.113\.7/)
      for (const decision of ['deny', 'fraud'] as const) {
        const refused = login.headless(username)
        await phone.answerNext(decision)
        assert.equal(await isLetIn(refused), false)
        assert.match(refused.stderr, /Failed Duo login/)
      }
    })

    test('calls a phone without the app', async () => {
      const username = 'called'
      const { userId } = await unix.service.addUser({ username })
      await unix.addPhone(userId, '+15550107777', '')
      const called = login.headless(username)
      await unix.answerCall('1')
      assert.equal(await isLetIn(called), true)
    })

    test('gives up for a user with only a token', async () => {
      const username = 'token-alone'
      const { userId } = await unix.service.addUser({ username })
      await unix.service.addToken(userId)
      const refused = login.headless(username)
      assert.equal(await isLetIn(refused), false)
      assert.match(refused.stderr, /Aborted .*: No default factor found for automatic login/)
    })

    test('$DUO_PASSCODE counts with accept_env_factor', async () => {
      const { username, phone, token } = await unix.addPerson()
      const settings = { accept_env_factor: 'yes' }
      const byEnv = (DUO_PASSCODE: string) =>
        login.headless(username, { settings, env: { DUO_PASSCODE } })
      assert.equal(await isLetIn(byEnv(token.code(0))), true)
      assert.equal(await isLetIn(byEnv(token.code(0))), false)
      const pushed = byEnv('push1')
      await phone.answerNext('approve')
      assert.equal(await isLetIn(pushed), true)
      assert.equal(await isLetIn(byEnv('sms')), false)
      const [passcode = ''] = await unix.passcodes()
      assert.equal(await isLetIn(byEnv(passcode)), true)
    })
  })
})
