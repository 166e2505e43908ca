import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { isLetIn, LoginDuo, type LoginOptions, skipLoginDuo } from '../rig/duo_unix.ts'
import { HurriedClock } from '../rig/hurried_clock.ts'
import { LoadBalancer } from '../rig/load_balancer.ts'
import { UnixService } from '../rig/unix_service.ts'
import { until } from '../rig/until.ts'

const polled = '/rest/v1/status.bson'
/** The twentieth reply that says nothing final lets in. */
const maxPolls = 19

describe('login_duo 1.11.3 and a login that nobody answers', { skip: skipLoginDuo }, () => {
  let unix: UnixService
  let login: LoginDuo
  before(async () => {
    unix = await UnixService.start(new HurriedClock(200))
    login = new LoginDuo(unix.service, unix.integration)
  })
  after(() => unix.close())

  for (const factor of ['push', 'phone']) {
    test(`${factor}: polls a few times, and is rejected`, async () => {
      const { username } = await unix.addPerson()
      const before = unix.requests(polled)
      const terminal = login.onTerminal(username, { settings: { prompts: '1' } })
      await terminal.shows('(1-3): ')
      terminal.type(factor)
      await terminal.shows('Login timed out.\n')
      assert.equal(await isLetIn(terminal), false)
      const polls = unix.requests(polled) - before
      assert.ok(polls >= 1 && polls <= 5, `${polls} polls`)
    })
  }

  test('no polls without a terminal', async () => {
    const { username } = await unix.addPerson()
    const headless = login.headless(username)
    assert.equal(await isLetIn(headless), false)
    assert.match(headless.stderr, /Failed Duo login/)
  })
})

describe('login_duo 1.11.3 and a service that stops', { skip: skipLoginDuo }, () => {
  let unix: UnixService
  let balancer: LoadBalancer
  let login: LoginDuo
  before(async () => {
    balancer = await LoadBalancer.start()
    unix = await UnixService.start()
    login = new LoginDuo(unix.service, unix.integration)
    balancer.leadTo(unix.service.service.port)
  })
  after(async () => {
    await balancer.close()
    await unix.close()
  })

  /** `safe` is the worst case. */
  const balanced = (options: { readonly prompts: number }): LoginOptions => ({
    settings: {
      host: `127.0.0.1:${balancer.port}`,
      failmode: 'safe',
      prompts: String(options.prompts),
    },
  })
  /** @returns How many polls had been answered before the next process was asked. */
  const restart = async (): Promise<number> => {
    balancer.leadTo(undefined)
    await unix.service.close()
    await unix.startAgain()
    const polls = unix.requests(polled)
    balancer.leadTo(unix.service.service.port)
    return polls
  }

  test('a push is answered in the next process', async () => {
    const { username, phone } = await unix.addPerson()
    const terminal = login.onTerminal(username, balanced({ prompts: 1 }))
    await terminal.shows('(1-3): ')
    terminal.type('1')
    await terminal.shows('Pushed a login request')
    await restart()
    await terminal.shows('Pushed a login request')
    await phone.answerNext('approve')
    await terminal.shows('Success. Logging you in...\n')
    assert.equal(await isLetIn(terminal), true)
  })

  test('a prompt from before the restart accepts a passcode', async () => {
    const { username, token } = await unix.addPerson()
    const terminal = login.onTerminal(username, balanced({ prompts: 1 }))
    await terminal.shows('(1-3): ')
    await restart()
    terminal.type(token.code(0))
    await terminal.shows('Success. Logging you in...\n')
    assert.equal(await isLetIn(terminal), true)
  })

  test('no restart accepts a login that was not approved', async () => {
    const { username } = await unix.addPerson()
    const before = unix.requests(polled)
    const terminal = login.onTerminal(username, balanced({ prompts: 1 }))
    await terminal.shows('(1-3): ')
    terminal.type('1')
    await terminal.shows('Pushed a login request')
    while (!terminal.hasEnded) {
      const polls = await restart()
      await until(() => terminal.hasEnded || unix.requests(polled) > polls)
    }
    assert.equal(await isLetIn(terminal), false)
    assert.ok(terminal.stdout.includes('Login timed out.'))
    const polls = unix.requests(polled) - before
    assert.ok(polls > maxPolls / 2 && polls <= maxPolls, `${polls} polls`)
  })

  test('a service that stays down ends the login', async () => {
    const { username } = await unix.addPerson()
    const direct = new LoginDuo(unix.service, unix.integration)
    const settings = { failmode: 'safe', prompts: '1' }
    const terminal = direct.onTerminal(username, { settings })
    await terminal.shows('(1-3): ')
    terminal.type('1')
    await terminal.shows('Pushed a login request')
    const { username: other, phone } = await unix.addPerson()
    const headless = direct.headless(other, { settings })
    await phone.nextRequest()
    await unix.service.close()
    assert.equal(await isLetIn(terminal), false)
    assert.match(terminal.stdout, /Error in Duo login/)
    assert.equal(await isLetIn(headless), false)
    await unix.startAgain()
  })
})
