import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CountersignUp, skipRadclient } from '../rig/countersign_up.ts'
import { skipWithout } from '../rig/debian_package.ts'
import { story } from '../rig/story.ts'
import { TestYubikey } from '../rig/yubikey.ts'

const skip =
  skipRadclient ||
  skipWithout('oathtool', '/usr/bin/oathtool') ||
  skipWithout('pskc-utils', '/usr/bin/csv2pskc')

const secret = '3132333435363738393031323334353637383930'
const hotp = 'urn:ietf:params:xml:ns:keyprov:pskc:hotp'

story(
  'a box of hardware tokens, from the vendor’s file to a sign-in',
  { skip },
  ({ before, after, step }) => {
    const root = mkdtempSync(join(tmpdir(), 'countersign-'))
    const yubikey = new TestYubikey()
    let up: CountersignUp
    before(async () => {
      up = await CountersignUp.start()
    })
    after(async () => {
      await up?.stop()
      rmSync(root, { recursive: true })
    })

    /** Many requests at once, in one run of radclient. */
    function radclient(passwords: readonly string[], username = 'carol'): string {
      const input = passwords
        .map((password) => `User-Name="${username}",User-Password="${password}"\n`)
        .join('\n')
      const server = `127.0.0.1:${up.radius.port}`
      const args = ['-x', '-r', '1', '-t', '20', '-p', String(passwords.length), server, 'auth']
      return spawnSync('radclient', [...args, up.radius.secret], { input, encoding: 'utf8' }).stdout
    }
    const accepts = (output: string): number => output.match(/Received Access-Accept/g)?.length ?? 0
    function oathtool(counter: number): string {
      return spawnSync('oathtool', ['-c', String(counter), secret], {
        encoding: 'utf8',
      }).stdout.trim()
    }

    step(
      'an encrypted key container is imported while the service runs, and a token handed out',
      async () => {
        const [csv, pskc, password] = ['tokens.csv', 'tokens.xml', 'password'].map((name) =>
          join(root, name),
        )
        assert(csv !== undefined && pskc !== undefined && password !== undefined)
        writeFileSync(csv, `serial,secret,counter\n77001,${secret},4\n77002,${secret},0\n`)
        writeFileSync(password, 'correct horse')
        const args = ['-p', password, '-x', `algorithm=${hotp}`, '-o', pskc, csv]
        assert.equal(spawnSync('csv2pskc', args).status, 0)
        await up.countersign('user', 'add', 'carol')
        assert.match(
          await up.countersign('token', 'import', pskc, '--password-file', password),
          /^imported: 2 added\n/,
        )
        await up.countersign('token', 'assign', '77001', 'carol')
      },
    )

    step('its codes are accepted once each', () => {
      assert.equal(accepts(radclient([oathtool(4)])), 1)
      assert.match(radclient([oathtool(4)]), /This passcode has already been used/)
      assert.match(radclient([oathtool(3)]), /This passcode has already been used/)
      const output = radclient(Array.from({ length: 50 }, () => oathtool(5)))
      assert.equal(accepts(output), 1, output.slice(-2000))
    })

    step('resync accepts a token that is far ahead', async () => {
      assert.match(radclient([oathtool(3000)]), /Incorrect passcode/)
      await up.countersign('token', 'resync', '77001', oathtool(3000), oathtool(3001))
      assert.equal(accepts(radclient([oathtool(3002)])), 1)
    })

    step('a YubiKey passcode is accepted once', async () => {
      const file = join(root, 'yubikey.csv')
      writeFileSync(file, `${yubikey.line}\n`)
      await up.countersign('token', 'import', file)
      await up.countersign('token', 'assign', yubikey.serial, 'carol')
      assert.equal(accepts(radclient([yubikey.otp(1, 0)])), 1)
      const otp = yubikey.otp(1, 1)
      const output = radclient(Array.from({ length: 50 }, () => otp))
      assert.equal(accepts(output), 1, output.slice(-2000))
      assert.match(radclient([yubikey.otp(1, 0)]), /This passcode has already been used/)
      assert.match(radclient([yubikey.otp(0, 9)]), /This passcode has already been used/)
      assert.equal(accepts(radclient([yubikey.otp(2, 0).toUpperCase()])), 1)
    })

    step('the log names the factor of each sign-in', async () => {
      const log = JSON.parse(
        await up.countersign('log', 'authentication', '--limit', '200', '--json'),
      )
      const factors = new Set(JSON.stringify(log).match(/"(yubikey_code|hardware_token)"/g))
      assert.deepEqual([...factors].sort(), ['"hardware_token"', '"yubikey_code"'])
    })
  },
)
