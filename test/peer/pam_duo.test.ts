import assert from 'node:assert/strict'
import { userInfo } from 'node:os'
import { after, before, describe, test } from 'node:test'
import { PamDuo, skipPamDuo } from '../rig/duo_unix.ts'
import { freePort } from '../rig/running.ts'
import type { Terminal } from '../rig/terminal.ts'
import { type Person, UnixService } from '../rig/unix_service.ts'

describe('pam_duo 1.11.3 through pamtester', { skip: skipPamDuo }, () => {
  const { username } = userInfo()
  let unix: UnixService
  let pam: PamDuo
  let person: Person
  let counter = 0
  before(async () => {
    unix = await UnixService.start()
    pam = new PamDuo(unix.service, unix.integration)
    person = await unix.addPerson(username)
  })
  after(async () => {
    pam.remove()
    await unix.close()
  })

  const isAuthenticated = async (login: Terminal): Promise<boolean> => {
    const status = await login.ended()
    const told = login.stdout.includes('pamtester: successfully authenticated')
    assert.equal(told, status === 0, login.stdout)
    return told
  }

  test('a push, approved and denied', async () => {
    const login = pam.onTerminal(username, { settings: { prompts: '2' } })
    const shown = await login.shows('(1-3): ')
    assert.match(shown, /^Duo two-factor login for \S+\n\nEnter a passcode or select one of/)
    login.type('1')
    await login.shows('Pushed a login request to your device...\n')
    const { txid, ipaddr } = await person.phone.nextRequest()
    assert.equal(ipaddr, '203.0.113.7')
    await person.phone.answer(String(txid), 'deny')
    await login.shows('Login request denied.\n')
    await login.shows('(1-3): ')
    login.type('push')
    await person.phone.answerNext('approve')
    await login.shows('Success. Logging you in...\n')
    assert.equal(await isAuthenticated(login), true)
  })

  test('autopush', async () => {
    const login = pam.onTerminal(username, {
      settings: { autopush: 'yes' },
      address: '2001:db8::1',
    })
    await login.shows('Autopushing login request to phone...\n')
    const { txid, ipaddr } = await person.phone.nextRequest()
    assert.equal(ipaddr, '2001:db8::1')
    await person.phone.answer(String(txid), 'approve')
    assert.equal(await isAuthenticated(login), true)
  })

  test('a passcode after a wrong one', async () => {
    const login = pam.onTerminal(username)
    await login.shows('(1-3): ')
    login.type('123')
    await login.shows('Incorrect passcode. Please try again.\n')
    await login.shows('(1-3): ')
    login.type(person.token.code(counter++))
    await login.shows('Success. Logging you in...\n')
    assert.equal(await isAuthenticated(login), true)
  })

  test('three wrong passcodes end the login', async () => {
    const login = pam.onTerminal(username)
    for (const wrong of ['123', '1234', '12345']) {
      await login.shows('(1-3): ')
      login.type(wrong)
      await login.shows('Incorrect passcode. Please try again.\n')
    }
    assert.equal(await isAuthenticated(login), false)
  })

  test('sms, and then its passcode', async () => {
    const login = pam.onTerminal(username)
    await login.shows('(1-3): ')
    login.type('sms')
    await login.shows('New SMS passcodes sent.\n')
    const [passcode = ''] = await unix.passcodes()
    await login.shows(`(next code starts with: ${passcode.slice(0, 1)})`)
    await login.shows('(1-3): ')
    login.type(passcode)
    assert.equal(await isAuthenticated(login), true)
  })

  test('a call', async () => {
    const login = pam.onTerminal(username)
    await login.shows('(1-3): ')
    login.type('phone1')
    await login.shows('Dialing XXX-XXX-4788...\n')
    await unix.answerCall('1')
    assert.equal(await isAuthenticated(login), true)
  })

  test('a local user without an account gets the enrolment link', async () => {
    const login = pam.onTerminal('daemon')
    await login.shows('Please enroll at https://')
    assert.equal(await isAuthenticated(login), false)
  })

  test('failmode decides while the service is stopped', async () => {
    const host = `127.0.0.1:${await freePort()}`
    const safe = pam.onTerminal(username, { settings: { host, failmode: 'safe' } })
    assert.equal(await isAuthenticated(safe), true)
    const secure = pam.onTerminal(username, { settings: { host, failmode: 'secure' } })
    assert.equal(await isAuthenticated(secure), false)
  })
})
