import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { AdminClient } from '../rig/admin_client.ts'
import { skipRadclient } from '../rig/countersign_up.ts'
import { radclient } from '../rig/radclient.ts'
import { freePort, Running } from '../rig/running.ts'
import { TestService } from '../rig/service.ts'
import { story } from '../rig/story.ts'

const authproxy = resolve(import.meta.dirname, '../../bin/authproxy')

story(
  'an application that is protected in the panel',
  { skip: skipRadclient },
  ({ before, after, step }) => {
    const folder = mkdtempSync(join(tmpdir(), 'protect-'))
    const file = join(folder, 'authproxy.cfg')
    let service: TestService
    let owner: AdminClient
    let proxy: Running | undefined
    let port: number
    let ikey: string
    let secret: string
    let token: Awaited<ReturnType<TestService['addToken']>>
    before(async () => {
      service = await TestService.start()
      owner = await AdminClient.signedIn(service)
      port = await freePort()
      const { userId } = await service.addUser({ username: 'olga' })
      token = await service.addToken(userId)
    })
    after(async () => {
      await proxy?.stop()
      await service.close()
      rmSync(folder, { recursive: true })
    })

    step('the proxy starts from the downloaded file as it is', async () => {
      const { status, body } = await owner.post('applications', {
        product: 'amazon-workspaces',
        name: 'Amazon WorkSpaces',
        client: {
          radius_clients: ['127.0.0.1', '10.0.2.10'],
          radius_port: port,
          proxies: ['127.0.0.1'],
          failmode: 'secure',
        },
      })
      assert.equal(status, 200)
      ikey = String((body.application as Record<string, unknown>).integration_key)
      secret = String(body.radius_secret)
      const { text } = body.cfg as { readonly text: string }
      writeFileSync(file, text, { mode: 0o600 })
      proxy = new Running(authproxy, ['--config', file])
      await proxy.prints(/listening on/)
    })

    step('radclient gets Access-Accept for a passcode', async () => {
      const request = ['User-Name=olga', `User-Password=${token.code(0)}`]
      const { output } = await radclient(port, secret, [...request, 'Message-Authenticator=0x00'])
      assert.match(output, /Received Access-Accept/)
    })

    step('the test in the panel sends a real Access-Request, and explains the reply', async () => {
      const send = async (password: string, proxyAddress = '127.0.0.1') => {
        const body = { username: 'olga', password, proxy: proxyAddress }
        return await owner.post(`applications/${ikey}/test/radius`, body)
      }
      assert.equal((await send(token.code(1))).body.result, 'accept')
      const { body: rejected } = await send('000000')
      assert.equal(rejected.result, 'reject')
      assert.match(String(rejected.message), /passcode/i)
      assert.equal((await send('push', '192.0.2.1')).status, 400)
    })

    step('the application shows that it is used', async () => {
      const { body } = await owner.get(`applications/${ikey}`)
      assert.equal(body.sign_ins_7_days, 3)
      assert.equal(typeof body.last_used, 'number')
    })

    step('the configuration can be shown again, with the same secret', async () => {
      const { body } = await owner.post(`applications/${ikey}/reveal`)
      const { text } = body.cfg as { readonly text: string }
      assert(text.includes(`radius_secret_1=${secret}\n`))
    })

    step('without the proxy, the test says that nothing listens', async () => {
      await proxy?.stop()
      proxy = undefined
      const body = { username: 'olga', password: 'push', proxy: '127.0.0.1' }
      const { body: answer } = await owner.post(`applications/${ikey}/test/radius`, body)
      assert.equal(answer.result, 'unreachable')
    })
  },
)
