import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { isLetIn, LoginDuo, skipLoginDuo } from '../rig/duo_unix.ts'
import type { Running } from '../rig/running.ts'
import { UnixService } from '../rig/unix_service.ts'

describe('login_duo 1.11.3 and who may sign in', { skip: skipLoginDuo }, () => {
  let unix: UnixService
  let login: LoginDuo
  before(async () => {
    unix = await UnixService.start()
    login = new LoginDuo(unix.service, unix.integration)
  })
  after(() => unix.close())

  /** @returns What the user was shown, and what went to the system's log. */
  const ended = async (program: Running, letIn: boolean): Promise<string> => {
    assert.equal(await isLetIn(program), letIn)
    return `${program.stdout}${program.stderr}`
  }

  test('an unknown user gets an enrolment link, is denied or accepted, as the policy says', async () => {
    const asked = async (policy: 'enroll' | 'allow' | 'deny', letIn: boolean) => {
      const integration = await unix.service.addIntegration('unix', policy)
      const logins = new LoginDuo(unix.service, integration)
      return await ended(logins.onTerminal('mallory'), letIn)
    }
    const enrol = await asked('enroll', false)
    assert.match(enrol, /^Please enroll at https:\/\/\S+\/portal\S+\r\n/)
    assert.match(enrol, /Aborted Duo login for 'mallory' from 203\.0\.113\.7: User enrollment requ/)
    const deny = await asked('deny', false)
    assert.match(deny, /^Your account is not permitted to use this application\.\r\n/)
    const allow = await asked('allow', true)
    assert.match(
      allow,
      /Skipped Duo login for 'mallory' from 203\.0\.113\.7: Allowing unknown user/,
    )
  })

  test('locked-out and disabled users see the reason, and bypass users skip the prompt', async () => {
    const statuses = { locked: 'locked out', disabled: 'disabled', bypass: 'bypass' } as const
    for (const [username, status] of Object.entries(statuses)) {
      await unix.service.addUser({ username, status })
    }
    const locked = await ended(login.onTerminal('locked'), false)
    assert.match(locked, /^Your account is locked out\. Please contact your administrator\.\r\n/)
    const disabled = await ended(login.headless('disabled'), false)
    assert.match(disabled, /Aborted Duo login for 'disabled' .*: Your account is disabled\./)
    const bypass = await ended(login.headless('bypass'), true)
    assert.match(bypass, /Skipped Duo login for 'bypass' from 203\.0\.113\.7: Bypass mode/)
  })

  test('ten wrong passcodes lock this address, and a push still signs in from it', async () => {
    const { username, phone, token } = await unix.addPerson()
    const wrong = (passcode: string) =>
      login.headless(username, {
        settings: { accept_env_factor: 'yes' },
        env: { DUO_PASSCODE: passcode },
      })
    const guesses = Array.from({ length: 10 }, (_, index) => wrong(`00000000${index}`))
    for (const guess of guesses) await ended(guess, false)
    await ended(wrong(token.code(0)), false)
    const pushed = login.headless(username)
    await phone.answerNext('approve')
    await ended(pushed, true)
  })

  test('a user name with every allowed character', async () => {
    for (const name of [`zoë (x)*'!~ &=+%"\\`, 'CORP\\ann', 'bob@example.org']) {
      const { username, phone } = await unix.addPerson(name)
      const pushed = login.headless(username)
      const { txid, ...shown } = await phone.nextRequest()
      assert.equal(shown.username, name)
      await phone.answer(String(txid), 'approve')
      await ended(pushed, true)
    }
  })

  test('reads the client address from SSH_CONNECTION, IPv6 included', async () => {
    const { username, phone } = await unix.addPerson()
    const from = async (program: Running) => {
      const { txid, ipaddr } = await phone.nextRequest()
      await phone.answer(String(txid), 'approve')
      await ended(program, true)
      return ipaddr
    }
    const connected = (SSH_CONNECTION: string) =>
      login.headless(username, { address: null, env: { SSH_CONNECTION } })
    const line = '2001:db8::1 50000 2001:db8::2 22'
    assert.equal(await from(connected(line)), '2001:db8::1')
    assert.equal(await from(connected('198.51.100.9 50000 192.0.2.2 22')), '198.51.100.9')
    assert.equal(await from(connected('UNKNOWN')), 'UNKNOWN')
    const named = login.headless(username, { address: 'host.example.com' })
    assert.equal(await from(named), 'host.example.com')
    const unknown = login.headless(username, { address: null })
    assert.equal(await from(unknown), '')
  })
})
