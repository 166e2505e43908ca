import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { AuthApiDouble } from '../rig/auth_api_double.ts'
import { skipWithout } from '../rig/debian_package.ts'
import { ProxyAtWork, sectionFor, testSecret } from '../rig/proxy_at_work.ts'
import { Running } from '../rig/running.ts'

const program = '/usr/bin/eapol_test'
const skip = skipWithout('eapoltest', program)

/** Networks as wpa_supplicant.conf(5) describes them. */
const networks: readonly (readonly [method: string, lines: readonly string[]])[] = [
  ['MD5', ['key_mgmt=IEEE8021X', 'eap=MD5', 'eapol_flags=0']],
  ['PEAP', ['key_mgmt=WPA-EAP', 'eap=PEAP', 'phase2="auth=MSCHAPV2"']],
  ['TTLS', ['key_mgmt=WPA-EAP', 'eap=TTLS', 'phase2="auth=PAP"']],
  ['GTC', ['key_mgmt=IEEE8021X', 'eap=GTC', 'eapol_flags=0']],
]

describe('eapol_test of wpa_supplicant 2.10', { skip }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'eapol-test-'))
  let api: AuthApiDouble
  let proxy: ProxyAtWork

  before(async () => {
    api = await AuthApiDouble.start()
    proxy = await ProxyAtWork.start(sectionFor(api, { exemptUsernames: ['exempt'] }))
  })
  after(async () => {
    await proxy.stop()
    await api.close()
    rmSync(folder, { recursive: true })
  })

  for (const [method, lines] of networks) {
    for (const user of ['alice', 'exempt']) {
      test(`EAP-${method} of ${user} ends at once with EAP-Failure, and is never accepted`, async () => {
        const file = join(folder, `${method}.conf`)
        const own = [`identity="${user}"`, 'password="push"', ...lines]
        writeFileSync(file, `network={\n${own.join('\n')}\n}\n`)
        proxy.log.lines.length = 0
        const port = String(proxy.findPort())
        const args = ['-c', file, '-a', '127.0.0.1', '-p', port, '-s', testSecret, '-t', '10']
        const eapol = new Running(program, [...args, '-n'])
        assert.notEqual(await eapol.ended(), 0)
        assert.match(eapol.stdout, /code=3 \(Access-Reject\)/)
        assert.match(eapol.stdout, /CTRL-EVENT-EAP-FAILURE/)
        assert.match(eapol.stdout, /\nFAILURE\s*$/)
        assert.doesNotMatch(eapol.stdout, /Access-Accept|Invalid Message-Authenticator|SUCCESS/)
        assert(proxy.log.has('the appliance uses EAP'), proxy.log.lines.join('\n'))
        assert.equal(api.asked('/auth/v2/preauth').length, 0)
      })
    }
  }

  test('gets no reply with a wrong secret', async () => {
    const file = join(folder, 'other.conf')
    writeFileSync(
      file,
      'network={\nkey_mgmt=IEEE8021X\neap=MD5\nidentity="alice"\npassword="x"\n}\n',
    )
    const port = String(proxy.findPort())
    const args = ['-c', file, '-a', '127.0.0.1', '-p', port, '-s', 'another secret', '-t', '2']
    const eapol = new Running(program, [...args, '-n'])
    assert.notEqual(await eapol.ended(), 0)
    assert.doesNotMatch(eapol.stdout, /Received RADIUS message/)
    assert(proxy.log.has('wrong Message-Authenticator'))
  })
})
