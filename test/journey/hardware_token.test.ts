import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { skipWithout } from '../rig/debian_package.ts'
import { freePort, Running } from '../rig/running.ts'
import { TestYubikey } from '../rig/yubikey.ts'

const program = resolve(import.meta.dirname, '../../bin/countersign')
const skip =
  skipWithout('freeradius-utils', '/usr/bin/radclient') ||
  skipWithout('oathtool', '/usr/bin/oathtool') ||
  skipWithout('pskc-utils', '/usr/bin/csv2pskc')

const secret = '3132333435363738393031323334353637383930'
const hotp = 'urn:ietf:params:xml:ns:keyprov:pskc:hotp'

describe('a box of hardware tokens, from the vendor’s file to a sign-in', { skip }, () => {
  const root = mkdtempSync(join(tmpdir(), 'countersign-'))
  const data = join(root, 'data')
  const yubikey = new TestYubikey()
  let running: Running
  let radius: { port: number; secret: string }

  before(async () => {
    const ports = [String(await freePort()), String(await freePort())]
    const [service = '', radiusPort = ''] = ports
    const words = ['--data', data, '--port', service, '--radius-port', radiusPort]
    running = new Running(program, ['up', ...words])
    await running.prints(/Ctrl-C stops everything/)
    radius = JSON.parse(readFileSync(join(data, 'first-run.json'), 'utf8')).radius
  })
  after(async () => {
    await running.stop()
    rmSync(root, { recursive: true })
  })

  function countersign(...words: string[]): string {
    const env = { ...process.env, COUNTERSIGN_DATA: data, NO_COLOR: '1' }
    const { status, stdout, stderr } = spawnSync(program, words, { encoding: 'utf8', env })
    assert.equal(status, 0, stderr)
    return stdout
  }
  /** Many requests at once, in one run of radclient. */
  function radclient(passwords: readonly string[], username = 'carol'): string {
    const input = passwords
      .map((password) => `User-Name="${username}",User-Password="${password}"\n`)
      .join('\n')
    const server = `127.0.0.1:${radius.port}`
    const args = ['-x', '-r', '1', '-t', '20', '-p', String(passwords.length), server, 'auth']
    return spawnSync('radclient', [...args, radius.secret], { input, encoding: 'utf8' }).stdout
  }
  const accepts = (output: string): number => output.match(/Received Access-Accept/g)?.length ?? 0
  function oathtool(counter: number): string {
    return spawnSync('oathtool', ['-c', String(counter), secret], {
      encoding: 'utf8',
    }).stdout.trim()
  }

  test('an encrypted key container is imported while the service runs, and a token handed out', () => {
    const [csv, pskc, password] = ['tokens.csv', 'tokens.xml', 'password'].map((name) =>
      join(root, name),
    )
    assert(csv !== undefined && pskc !== undefined && password !== undefined)
    writeFileSync(csv, `serial,secret,counter\n77001,${secret},4\n77002,${secret},0\n`)
    writeFileSync(password, 'correct horse')
    const args = ['-p', password, '-x', `algorithm=${hotp}`, '-o', pskc, csv]
    assert.equal(spawnSync('csv2pskc', args).status, 0)
    countersign('user', 'add', 'carol')
    assert.match(
      countersign('token', 'import', pskc, '--password-file', password),
      /^imported: 2 added\n/,
    )
    countersign('token', 'assign', '77001', 'carol')
  })

  test('its codes let her in, each once', () => {
    assert.equal(accepts(radclient([oathtool(4)])), 1)
    assert.match(radclient([oathtool(4)]), /This passcode has already been used/)
    assert.match(radclient([oathtool(3)]), /This passcode has already been used/)
    const output = radclient(Array.from({ length: 50 }, () => oathtool(5)))
    assert.equal(accepts(output), 1, output.slice(-2000))
  })

  test('a token that has run far ahead is brought back', () => {
    assert.match(radclient([oathtool(3000)]), /Incorrect passcode/)
    countersign('token', 'resync', '77001', oathtool(3000), oathtool(3001))
    assert.equal(accepts(radclient([oathtool(3002)])), 1)
  })

  test('a YubiKey lets her in, each passcode once', () => {
    const file = join(root, 'yubikey.csv')
    writeFileSync(file, `${yubikey.line}\n`)
    countersign('token', 'import', file)
    countersign('token', 'assign', yubikey.serial, 'carol')
    assert.equal(accepts(radclient([yubikey.otp(1, 0)])), 1)
    const otp = yubikey.otp(1, 1)
    const output = radclient(Array.from({ length: 50 }, () => otp))
    assert.equal(accepts(output), 1, output.slice(-2000))
    assert.match(radclient([yubikey.otp(1, 0)]), /This passcode has already been used/)
    assert.match(radclient([yubikey.otp(0, 9)]), /This passcode has already been used/)
    assert.equal(accepts(radclient([yubikey.otp(2, 0).toUpperCase()])), 1)
  })

  test('the log tells the factor and the token of each', () => {
    const log = JSON.parse(countersign('log', 'authentication', '--limit', '200', '--json'))
    const factors = new Set(JSON.stringify(log).match(/"(yubikey_code|hardware_token)"/g))
    assert.deepEqual([...factors].sort(), ['"hardware_token"', '"yubikey_code"'])
  })
})
