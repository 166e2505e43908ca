import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach, describe, test } from 'node:test'
import { systemClock } from '../../../src/host/clock.ts'
import { silentLog } from '../../../src/host/log.ts'
import { PrimaryOnly, primaryOnlyFileIn } from '../../../src/proxy/primary_only/primary_only.ts'
import { type SectionKinds, sectionKinds } from '../../../src/proxy/section_kinds.ts'
import { AuthApiDouble, fail } from '../../rig/auth_api_double.ts'
import { ProxyAtWork, sectionFor } from '../../rig/proxy_at_work.ts'

const password = 'correct horse'

/**
 * The proxy serves only `[duo_only_client]` today, which checks no password. These kinds have a client
 * that does, as `[ad_client]` will.
 */
const checkingKinds: SectionKinds = {
  servers: {
    radius_server_duo_only: {
      listener: sectionKinds.servers.radius_server_duo_only.listener,
      createMode: (_section, { primary, secondFactor }) => ({
        sendsChallenges: false,
        takesResponses: false,
        async decide(login) {
          const first = await primary.authenticate(login)
          if (first.kind === 'rejected') {
            return { kind: 'reject', stage: 'primary', message: first.message }
          }
          return secondFactor.ask(login, 'push', first)
        },
      }),
    },
  },
  clients: {
    duo_only_client: () => ({
      checksPassword: true,
      authenticate: async ({ credential }) =>
        credential.kind === 'pap' && credential.text === password
          ? { kind: 'accepted', checked: 'password' }
          : { kind: 'rejected', message: 'Invalid credentials' },
      close: async () => {},
    }),
  },
}

describe('sign-ins in primary-only mode', () => {
  const folder = mkdtempSync(join(tmpdir(), 'primary-only-logins-'))
  let api: AuthApiDouble
  let mode: PrimaryOnly
  let proxy: ProxyAtWork
  before(async () => {
    api = await AuthApiDouble.start()
  })
  after(async () => {
    await api.close()
    rmSync(folder, { recursive: true })
  })
  beforeEach(() => {
    api.reset()
    api.check = () => fail(50300, 'Service unavailable')
    mode = new PrimaryOnly(primaryOnlyFileIn(folder), { clock: systemClock, log: silentLog })
  })
  afterEach(async () => {
    mode.stop()
    mode.close()
    await proxy.stop()
  })

  async function startProxy(kinds: SectionKinds, exemptUsernames: string[] = []): Promise<void> {
    const section = sectionFor(api, { failmode: 'secure', exemptUsernames })
    proxy = await ProxyAtWork.startIn({ primaryOnly: mode }, kinds, section)
  }

  test('a section that checks passwords accepts the right one, and asks no API', async () => {
    await startProxy(checkingKinds)
    mode.start(5)
    assert.equal((await proxy.signIn('alice', password))?.accepted, true)
    assert.deepEqual(api.asked('/auth/v2/preauth'), [])
    assert.deepEqual(api.asked('/auth/v2/auth'), [])
    assert.equal(proxy.events.at(-1)?.grounds, 'primary only')
    assert.ok(proxy.log.has('let in without a second factor: Primary-only mode'))
    assert.deepEqual(mode.counts, { accepted: 1, rejected: 0 })
    assert.equal(proxy.proxy.signIns.get('radius_server_duo_only')?.primaryOnlyAccepted, 1)
  })

  test('a wrong password is rejected', async () => {
    await startProxy(checkingKinds)
    mode.start(5)
    assert.equal((await proxy.signIn('alice', 'wrong'))?.accepted, false)
    assert.equal((await proxy.signIn('alice', ''))?.accepted, false)
    assert.deepEqual(mode.counts, { accepted: 0, rejected: 0 })
  })

  test('[duo_only_client] rejects every sign-in, with a reply that refers users to the administrator', async () => {
    await startProxy(sectionKinds)
    mode.start(5)
    for (const typed of ['push', '123456', password]) {
      assert.deepEqual(await proxy.signIn('alice', typed), {
        accepted: false,
        message:
          'Signing in is not possible here at the moment. Please contact your administrator.',
      })
    }
    assert.deepEqual(api.asked('/auth/v2/preauth'), [])
    assert.deepEqual(proxy.proxy.primaryOnlyEffects, [
      { section: 'radius_server_duo_only', client: 'duo_only_client', checksPassword: false },
    ])
  })

  test('exempt users sign in as always', async () => {
    await startProxy(sectionKinds, ['alice'])
    mode.start(5)
    assert.equal((await proxy.signIn('alice', 'x'))?.accepted, true)
    assert.equal(proxy.events.at(-1)?.grounds, 'exempt')
  })

  test('before and after it, the second factor is needed', async () => {
    await startProxy(checkingKinds)
    api.check = () => ({ response: { time: 1 } })
    for (const change of [() => {}, () => mode.start(5), () => mode.stop()]) change()
    assert.equal((await proxy.signIn('alice', password))?.accepted, true)
    assert.equal(api.asked('/auth/v2/auth').length, 1)
    assert.equal(proxy.events.at(-1)?.grounds, 'auth')
  })
})
