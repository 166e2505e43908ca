import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, test } from 'node:test'
import { readModhex } from '../../../../src/service/authenticators/yubikey/modhex.ts'
import {
  openYubikeyOtp,
  readYubikeyOtp,
} from '../../../../src/service/authenticators/yubikey/yubikey_otp.ts'
import { skipWithout } from '../../../rig/debian_package.ts'
import { TestYubikey } from '../../../rig/yubikey.ts'

interface Vector {
  readonly from: string
  readonly aesKey: string
  readonly otp: string
  readonly privateId: string
  readonly session: number
  readonly use: number
}

const vectors: readonly Vector[] = JSON.parse(
  readFileSync(resolve(import.meta.dirname, '../../../vector/yubikey-otp.json'), 'utf8'),
)
const publicId = 'cccccccccccb'

function open({ aesKey, privateId }: Pick<Vector, 'aesKey' | 'privateId'>, typed: string) {
  const otp = readYubikeyOtp(typed)
  if (otp === undefined) return undefined
  const keys = { privateId: Buffer.from(privateId, 'hex'), aesKey: Buffer.from(aesKey, 'hex') }
  return openYubikeyOtp(otp, keys)
}

describe('a passcode of a YubiKey', () => {
  for (const vector of vectors) {
    test(`${vector.from}: ${vector.otp}`, () => {
      const { session, use } = vector
      assert.deepEqual(open(vector, publicId + vector.otp), { session, use })
    })
  }

  test('is read with caps lock, and in the Dvorak layout', () => {
    const [vector] = vectors
    assert(vector !== undefined)
    const typed = publicId + vector.otp
    const keys = new Map([...'cbdefghijklnrtuv'].map((key, at) => [key, 'jxe.uidchtnbpygk'[at]]))
    const dvorak = [...typed].map((key) => keys.get(key)).join('')
    for (const other of [typed.toUpperCase(), dvorak, dvorak.toUpperCase()]) {
      assert.deepEqual(open(vector, other), { session: 19, use: 17 })
    }
    assert.equal(readModhex('jxe.uidchtnbpygk'), 'cbdefghijklnrtuv')
  })

  test('is rejected with one letter changed, or another private identity', () => {
    for (const vector of vectors) {
      const changed = vector.otp.slice(0, -1) + (vector.otp.endsWith('c') ? 'b' : 'c')
      assert.equal(open(vector, publicId + changed), undefined)
      assert.equal(open({ ...vector, privateId: 'ffffffffffff' }, publicId + vector.otp), undefined)
    }
  })

  test('has 44 letters of modhex', () => {
    const otp = `${publicId}hknhfjbrjnlnldnhcujvddbikngjrtgh`
    for (const other of ['', '123456', otp.slice(1), `${otp}c`, `${otp.slice(0, -1)}a`]) {
      assert.equal(readYubikeyOtp(other), undefined)
    }
    assert.equal(readYubikeyOtp(otp)?.publicId, publicId)
  })
})

const skip = skipWithout('libyubikey-dev', '/usr/bin/ykgenerate')
describe('Yubico’s own programs', { skip }, () => {
  const aesKey = 'c4422890653076cde73d449b191b416a'
  const privateId = '33c69e7f249e'

  test('ykgenerate makes passcodes that the service accepts', () => {
    for (const [session, use] of [
      [1, 0],
      [0x13, 0x11],
      [0x7fff, 0xff],
    ] as const) {
      const words = [hex(session, 4), 'c0a8', '00', hex(use, 2)]
      const { stdout } = spawnSync('ykgenerate', [aesKey, privateId, ...words], {
        encoding: 'utf8',
      })
      assert.deepEqual(open({ aesKey, privateId }, publicId + stdout.trim()), { session, use })
    }
  })

  test('ykparse accepts the passcodes of the tests', () => {
    const yubikey = new TestYubikey()
    const key = yubikey.listed.aesKey.reveal()
    const otp = yubikey.otp(300, 7)
    const { stdout } = spawnSync('ykparse', [key, otp.slice(12)], { encoding: 'utf8' })
    assert.match(stdout, /counter: 300 /)
    assert.match(stdout, /session use: 7 /)
    assert.match(stdout, /crc check: ok/)
  })
})

function hex(number: number, digits: number): string {
  return number.toString(16).padStart(digits, '0')
}
