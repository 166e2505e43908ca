import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { AdminClient } from '../rig/admin_client.ts'
import { skipRadclient } from '../rig/countersign_up.ts'
import { LoadBalancer } from '../rig/load_balancer.ts'
import { radclient } from '../rig/radclient.ts'
import { freePort, Running } from '../rig/running.ts'
import { TestService } from '../rig/service.ts'
import { story } from '../rig/story.ts'
import { untilFound } from '../rig/until.ts'

const authproxy = resolve(import.meta.dirname, '../../bin/authproxy')

interface Shown {
  readonly proxy_id: string
  readonly state: string
  readonly applications: readonly { readonly name: string }[]
  readonly warnings: readonly { readonly kind: string; readonly client: string; count: number }[]
  readonly sections: readonly {
    readonly port: number
    readonly logins: Readonly<Record<string, number>>
    readonly dropped: Readonly<Record<string, number>>
    readonly service_latency: { readonly count: number }
    readonly clients: readonly {
      readonly name: string
      readonly requests: number
      readonly unsigned: number
    }[]
  }[]
}

story(
  'an authentication proxy in the panel',
  { skip: skipRadclient },
  ({ before, after, step }) => {
    const root = mkdtempSync(join(tmpdir(), 'proxy-reports-'))
    const folder = join(root, 'data')
    const file = join(root, 'authproxy.cfg')
    let balancer: LoadBalancer
    let service: TestService
    let owner: AdminClient
    let proxy: Running | undefined
    let port: number
    let secret: string
    let token: Awaited<ReturnType<TestService['addToken']>>
    before(async () => {
      balancer = await LoadBalancer.start()
      service = await TestService.start({ folder })
      balancer.leadTo(service.port)
      owner = await AdminClient.signedIn(service)
      port = await freePort()
      const { userId } = await service.addUser({ username: 'olga' })
      token = await service.addToken(userId)
    })
    after(async () => {
      await proxy?.stop()
      await service.close()
      await balancer.close()
      rmSync(root, { recursive: true })
    })

    /** Sends a login. @returns Whether it was accepted. */
    async function signIn(password: string, { signed = true, timeoutSecs = 5 } = {}) {
      const lines = ['User-Name = "olga"', `User-Password = "${password}"`]
      const message = signed ? ['Message-Authenticator = 0x00'] : []
      const sent = await radclient(port, secret, [...lines, ...message], { timeoutSecs })
      assert.match(sent.output, /Received Access-(Accept|Reject)/)
      return sent.output.includes('Received Access-Accept')
    }
    const listed = async () => (await owner.get('proxies')).body.items as readonly Shown[]
    /** Waits for a report that fits; the next one comes within 30 s. */
    async function reported(fits: (shown: Shown) => boolean): Promise<Shown> {
      return await untilFound(async () => {
        const [found] = await listed()
        if (found === undefined) return undefined
        const { body } = await owner.get(`proxies/${found.proxy_id}`)
        const shown = body as unknown as Shown
        return fits(shown) ? shown : undefined
      })
    }

    step('appears as soon as it runs', async () => {
      const client = { radius_clients: ['127.0.0.1'], radius_port: port, failmode: 'safe' }
      const { body } = await owner.post('applications', { product: 'radius', name: 'VPN', client })
      secret = String(body.radius_secret)
      const { text } = body.cfg as { readonly text: string }
      const through = text.replace(/^api_port=\d+$/m, `api_port=${balancer.port}`)
      writeFileSync(file, through, { mode: 0o600 })
      assert.deepEqual(await listed(), [])
      proxy = new Running(authproxy, ['--config', file])
      const shown = await reported(({ state }) => state === 'connected')
      assert.deepEqual(
        shown.applications.map(({ name }) => name),
        ['VPN'],
      )
      assert.equal(shown.sections[0]?.port, port)
      assert.deepEqual(shown.warnings, [])
      assert(existsSync(join(root, 'log', 'authproxy.id')))
    })

    step('shows sign-ins, and the client that sends no Message-Authenticator', async () => {
      assert.equal(await signIn(token.code(0)), true)
      assert.equal(await signIn(token.code(1), { signed: false }), true)
      assert.equal(await signIn('000000', { signed: false }), false)
      const { sections, warnings } = await reported((shown) => shown.warnings.length > 0)
      const [section] = sections
      assert.partialDeepStrictEqual(section?.logins, { accept: 2, reject: 1, fail_open: 0 })
      assert.partialDeepStrictEqual(section?.clients, [
        { name: 'radius_ip_1', requests: 3, unsigned: 2 },
      ])
      assert(section !== undefined && section.service_latency.count >= 3)
      assert.partialDeepStrictEqual(warnings, [
        { kind: 'no_message_authenticator', client: 'radius_ip_1', count: 2 },
      ])
    })

    step('warns after an outage that failmode=safe let someone in', async () => {
      await service.close()
      assert.equal(await signIn('anything', { timeoutSecs: 30 }), true)
      service = await TestService.start({ folder })
      balancer.leadTo(service.port)
      owner = await AdminClient.signedIn(service)
      const shown = await reported(({ warnings }) => warnings[0]?.kind === 'fail_open')
      assert.equal(shown.warnings[0]?.count, 1)
      assert.partialDeepStrictEqual(shown.sections[0]?.logins, { accept: 2, fail_open: 1 })
      const { body } = await owner.get('dashboard/attention')
      const kinds = (body.items as readonly { kind: string }[]).map(({ kind }) => kind)
      assert(kinds.includes('proxy_fail_open') && kinds.includes('single_proxy'))
    })

    step('is the same proxy after a restart', async () => {
      const [before] = await listed()
      assert.equal(await proxy?.stop(), 0)
      proxy = new Running(authproxy, ['--config', file])
      await reported(({ sections }) => sections[0]?.logins.accept === 0)
      assert.deepEqual(
        (await listed()).map(({ proxy_id: id }) => id),
        [before?.proxy_id],
      )
    })

    step('sends no report with send_reports=false', async () => {
      await proxy?.stop()
      const [{ proxy_id: id } = { proxy_id: '' }] = await listed()
      await owner.call('DELETE', `proxies/${id}`)
      const text = readFileSync(file, 'utf8').replace('[main]', '[main]\nsend_reports=false')
      writeFileSync(file, text)
      proxy = new Running(authproxy, ['--config', file])
      await proxy.prints(/answers, and the keys are right/)
      assert.equal(await signIn(token.code(2)), true)
      assert.deepEqual(await listed(), [])
    })
  },
)
