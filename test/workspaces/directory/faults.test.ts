import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { RadiusServer } from '../../../src/radius/udp/server.ts'
import { seededRandom } from '../../../src/workspaces/directory/random.ts'
import { client, startServer } from '../../rig/radius_peer.ts'
import { VirtualTiming } from '../../rig/virtual_timing.ts'
import { alice, settingsFor, testDirectory } from '../../rig/workspaces_directory.ts'

const login = { ...alice, mfaCode: '123456' }

describe('faults between controllers and server', () => {
  let server: RadiusServer
  let answers = 0
  before(async () => {
    server = await startServer({
      answer: async () => {
        answers++
        return { code: 2, attributes: [] }
      },
    })
  })
  after(() => server.close())

  /** A directory that is Completed, and then has these faults. */
  const faulty = async (faults: object, knobs: Readonly<Record<string, unknown>> = {}) => {
    const timing = new VirtualTiming()
    const directory = testDirectory(knobs, { timing, random: seededRandom('faults') })
    directory.enableRadius(settingsFor(server.address.port, { RadiusRetries: 2 }))
    await directory.probed()
    directory.setKnobs({ faults })
    return directory
  }

  const total: readonly (readonly [string, object, string])[] = [
    ['lost datagrams', { lossPct: 100 }, 'no reply'],
    ['a changed octet', { corruptReplyPct: 100 }, 'no valid reply'],
    ['replies from another port', { wrongSourcePct: 100 }, 'no valid reply: it comes from'],
    ['a server that is down', { serverDown: ['127.0.0.1'] }, 'no reply'],
    ['a security group without replies', { oneWaySg: ['*'] }, 'no reply'],
    ['a security group without requests', { blockedSg: ['*'] }, 'no reply'],
    ['an unreachable port', { icmpUnreachable: ['*'] }, 'ICMP port unreachable'],
  ]
  for (const [title, faults, reason] of total) {
    test(`${title} end in one text for the user, and in the reason in the trace`, async () => {
      const directory = await faulty(faults)
      const { loginId, result, message } = await directory.login(login)
      assert.equal(result, 'denied')
      assert.match(message ?? '', /^Authentication Failed: Please check/)
      const last = directory.trace.eventsOf(loginId).at(-1)
      assert(last?.detail.includes(reason), last?.detail)
      await directory.close()
    })
  }

  test('an unreachable port is not waited for', async () => {
    const directory = await faulty({ icmpUnreachable: ['*'] })
    const start = directory.timing.now()
    await directory.login(login)
    assert.equal(directory.timing.now() - start, 0)
    await directory.close()
  })

  test('duplicates and delays change nothing for the user', async () => {
    const directory = await faulty({ dupPct: 100, delayMs: 300, reorderPct: 50 })
    const before = answers
    assert.equal((await directory.login(login)).result, 'accepted')
    assert.equal(answers, before + 1)
    await directory.close()
  })

  test('the same seed gives the same course', async () => {
    const course = async (): Promise<readonly string[]> => {
      const directory = await faulty({ lossPct: 30 }, { srcPort: 'per-packet' })
      for (let count = 0; count < 5; count++) await directory.login(login)
      await directory.close()
      return directory.trace
        .events()
        .filter(({ kind }) => kind === 'radius')
        .map(({ from, to, name, outcome = '' }) => `${from} ${to} ${name} ${outcome}`)
    }
    const first = await course()
    assert(first.some((line) => line.endsWith('lost')))
    assert(first.some((line) => line.endsWith('ok')))
    assert.deepEqual(await course(), first)
  })

  test('one controller can have other faults than the rest', async () => {
    const controllers = { 'controller-1': { lossPct: 100 } }
    const directory = await faulty({ controllers }, { controllerPick: 'round-robin' })
    assert.equal((await directory.login(login)).result, 'denied')
    assert.equal((await directory.login(login)).result, 'accepted')
    await directory.close()
  })
})

describe('replies that a directory must have signed', () => {
  test('an accept without Message-Authenticator counts only if the knob does not require it', async () => {
    const clients = [client({ messageAuthenticatorInReplies: false })]
    const answer = async () => ({ code: 2, attributes: [] }) as const
    const server = await startServer({ clients, answer })
    const status = async (messageAuthenticator: string): Promise<unknown> => {
      const knobs = { messageAuthenticator }
      const directory = testDirectory(knobs, { timing: new VirtualTiming() })
      directory.enableRadius(settingsFor(server.address.port))
      await directory.probed()
      await directory.close()
      return directory.radius?.status
    }
    assert.equal(await status('none'), 'Completed')
    assert.equal(await status('send'), 'Completed')
    assert.equal(await status('send-and-require'), 'Failed')
    assert.equal(await status('send-require-first'), 'Failed')
    await server.close()
  })
})

describe('what the trace and the capture contain', () => {
  test('no password, secret or passcode', async () => {
    const server = await startServer()
    const directory = testDirectory({}, { timing: new VirtualTiming() })
    directory.enableRadius(settingsFor(server.address.port))
    await directory.probed()
    await directory.login(login)
    await directory.login({ ...login, password: 'another wrong one' })
    const text = `${directory.trace.toNdjson()}${directory.capture.toPcap().toString('latin1')}`
    assert.match(text, /fakeusername/)
    assert.doesNotMatch(text, /correct horse|another wrong|123456|testing123|badpassword/)
    await directory.close()
    await server.close()
  })
})
