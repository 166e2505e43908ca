import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { TOTP, URI } from 'otpauth'
import { countersign, signIn as signInBy, skipRadclient } from '../rig/countersign_up.ts'
import { freePort, Running } from '../rig/running.ts'
import { story } from '../rig/story.ts'

const program = (name: string) => resolve(import.meta.dirname, '../../bin', name)

story(
  'service and proxy, set up by hand as two programs',
  { skip: skipRadclient },
  ({ before, after, step }) => {
    const root = mkdtempSync(join(tmpdir(), 'countersign-'))
    const data = join(root, 'data')
    const proxyCfg = join(data, 'authproxy.cfg')
    let secret: string
    let service: Running
    let proxy: Running
    let port: number
    before(async () => {
      const file = join(root, 'countersign.cfg')
      writeFileSync(file, '[service]\nhost_names=localhost\nport=0\n[sms]\nprovider=outbox\n')
      service = new Running(program('countersign'), ['service', '--config', file])
      await service.prints(/listening on \S+:\d+/)
    })
    after(async () => {
      await proxy?.stop()
      await service.stop()
      rmSync(root, { recursive: true })
    })

    const verb = (...words: string[]) => countersign(data, ...words)
    const signIn = (password: string, username = 'olga') =>
      signInBy(username, password, { port, secret })

    /** One bypass code. */
    async function bypassCode(...words: string[]): Promise<string> {
      const { codes }: { codes: string[] } = JSON.parse(
        await verb('bypass', 'create', 'olga', '--json', ...words),
      )
      return codes[0] ?? ''
    }

    step(
      'the section does not start without the secret key, and the proxy names the line',
      async () => {
        await verb('app', 'add', '--type', 'radius', '--name', 'VPN')
        const section = await verb('app', 'show', 'VPN', '--cfg')
        writeFileSync(proxyCfg, section)
        const refused = spawnSync(program('authproxy'), ['--config', proxyCfg], {
          encoding: 'utf8',
        })
        assert.equal(refused.status, 2)
        const line = section.split('\n').indexOf('skey=') + 1
        assert.match(refused.stderr, new RegExp(`^authproxy\\.cfg:${line}: skey `, 'm'))
        assert.match(
          section,
          /^; EDIT: the secret key is hidden; add --reveal to print it here\nskey=$/m,
        )
      },
    )

    step('the section starts unedited with --reveal, and finds the service', async () => {
      port = await freePort()
      const words = ['app', 'show', 'VPN', '--cfg', '--reveal', '--radius-port', String(port)]
      const section = await verb(...words)
      writeFileSync(proxyCfg, section)
      const [, apiPort = ''] = /listening on \S+:(\d+)/.exec(service.stdout) ?? []
      assert(section.includes(`\napi_port=${apiPort}\n`))
      assert(section.includes('\nhttp_ca_certs=\n  -----BEGIN CERTIFICATE-----\n'))
      secret = /^radius_secret_1=(\w{24})$/m.exec(section)?.[1] ?? ''
      assert.equal(secret, /^radius_secret_1=(\w+)$/m.exec(await verb(...words))?.[1])
      proxy = new Running(program('authproxy'), ['--config', proxyCfg])
      await proxy.prints(/listening on/)
    })

    step('a user added with a token signs in with its passcode', async () => {
      const added = await verb('user', 'add', 'olga', '--totp')
      const token = URI.parse(/otpauth:\S+/.exec(added)?.[0] ?? '')
      assert(token instanceof TOTP)
      assert.equal((await signIn(token.generate())).accepted, true)
    })

    step('a bypass code works once, or as often as its reuse count', async () => {
      const once = await bypassCode()
      assert.equal((await signIn(once)).accepted, true)
      assert.equal((await signIn(once)).accepted, false)
      const twice = await bypassCode('--reuse-count', '2')
      const tries = [await signIn(twice), await signIn(twice), await signIn(twice)]
      assert.deepEqual(
        tries.map(({ accepted }) => accepted),
        [true, true, false],
      )
    })

    step('a user in bypass needs no second factor, and a disabled user is rejected', async () => {
      await verb('user', 'edit', 'olga', '--status', 'bypass')
      assert.equal((await signIn('whatever')).accepted, true)
      await verb('user', 'edit', 'olga', '--status', 'disabled')
      const { accepted, message } = await signIn('push')
      assert.deepEqual(
        [accepted, message],
        [false, 'Your account is disabled. Please contact your administrator.'],
      )
      await verb('user', 'edit', 'olga', '--status', 'active')
    })

    step(
      'nobody is let in while the service is down, and sign-ins work again afterwards',
      async () => {
        const code = await bypassCode()
        const [, apiPort = ''] = /listening on \S+:(\d+)/.exec(service.stdout) ?? []
        assert.equal(await service.stop(), 0)
        assert.equal((await signIn(code)).accepted, false)
        service = new Running(program('countersign'), [
          'service',
          '--config',
          join(root, 'countersign.cfg'),
          '--port',
          apiPort,
        ])
        await service.prints(/listening on/)
        assert.equal((await signIn(code)).accepted, true)
      },
    )
  },
)
