import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { Secret } from '../../../src/host/secret.ts'
import { parseAddresses } from '../../../src/radius/udp/client_addresses.ts'
import { RadiusClients } from '../../../src/radius/udp/radius_client.ts'
import { client } from '../../rig/radius_peer.ts'

function listClients(...addresses: string[]): RadiusClients {
  return RadiusClients.of(
    addresses.map((each, index) => client({ name: `${index}`, addresses: each })),
  )
}

describe('the addresses of a client', () => {
  const matching: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ['192.0.2.1', ['192.0.2.1', '::ffff:192.0.2.1'], ['192.0.2.2', '::1']],
    ['192.0.2.0/24', ['192.0.2.0', '192.0.2.255'], ['192.0.1.255', '192.0.3.0']],
    ['192.0.2.77/24', ['192.0.2.1'], ['192.0.3.1']],
    ['192.0.2.0/255.255.255.0', ['192.0.2.255'], ['192.0.3.0']],
    ['10.0.0.0/255.0.0.0', ['10.255.255.255'], ['11.0.0.0']],
    ['10.1.1.10-10.1.1.20', ['10.1.1.10', '10.1.1.20'], ['10.1.1.9', '10.1.1.21']],
    [' 10.1.1.10 - 10.1.1.20 ', ['10.1.1.15'], ['10.1.1.21']],
    ['0.0.0.0/0', ['0.0.0.0', '255.255.255.255', '::ffff:1.2.3.4'], ['::1', '2001:db8::1']],
    ['::1', ['::1', '0:0:0:0:0:0:0:1'], ['::2', '0.0.0.1']],
    ['2001:db8::/32', ['2001:db8:ffff::1'], ['2001:db9::']],
    ['2001:db8::1-2001:db8::f', ['2001:db8::a'], ['2001:db8::10']],
    ['::/0', ['::1', '192.0.2.1'], []],
    ['fe80::1', ['fe80::1%eth0'], ['fe80::2%eth0']],
    ['::ffff:192.0.2.1', ['192.0.2.1'], ['192.0.2.2']],
  ]
  for (const [text, inside, outside] of matching) {
    test(`parses '${text}'`, () => {
      const clients = listClients(text)
      for (const address of inside) assert.notEqual(clients.find(address), undefined, address)
      for (const address of outside) assert.equal(clients.find(address), undefined, address)
    })
  }

  const wrong = [
    '',
    'localhost',
    '10.1',
    '10.1.1.256',
    '010.1.1.1',
    '10.1.1.1/33',
    '10.1.1.1/-1',
    '10.1.1.1/',
    '10.1.1.1/255.0.255.0',
    '10.1.1.1/24/24',
    '2001:db8::/129',
    '2001:db8::/255.255.0.0',
    '10.1.1.9-10.1.1.1',
    '10.1.1.1-10.1.1.2-10.1.1.3',
    '10.1.1.1-',
    '::1-10.1.1.1',
    '10.1.1.1, 10.1.1.2',
    '10.1.1.1:1812',
    '1:2',
  ]
  for (const text of wrong) {
    test(`rejects '${text}', and names it in the message`, () => {
      assert.throws(
        () => parseAddresses(text),
        (error) =>
          error instanceof Error &&
          'code' in error &&
          error.code === 'RADIUS_CLIENT_ADDRESS' &&
          error.message.includes(text),
      )
    })
  }

  test('parses any text, or throws AddressError', () => {
    const piece = fc.oneof(
      fc.ipV4(),
      fc.ipV6(),
      fc.constantFrom('/', '-', ' ', '%', '24', '255.255.0.0', ':', '.'),
      fc.string({ maxLength: 4 }),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 4 }), (pieces) => {
        try {
          const { first, last } = parseAddresses(pieces.join(''))
          assert(0n <= first && first <= last && last < 1n << 128n)
        } catch (error) {
          assert(error instanceof Error && 'code' in error)
          assert.equal(error.code, 'RADIUS_CLIENT_ADDRESS')
        }
      }),
    )
  })
})

describe('the client of an address', () => {
  test('prefers a single address, then the smallest range, then the first of equal ones', () => {
    const clients = listClients(
      '0.0.0.0/0',
      '10.0.0.0/8',
      '10.0.0.0/24',
      '10.0.0.5-10.0.0.9',
      '10.0.0.7',
      '10.0.0.7/32',
      '10.0.0.0/255.255.255.0',
    )
    const errorName = (address: string): string | undefined => clients.find(address)?.name
    assert.equal(errorName('10.0.0.7'), '4')
    assert.equal(errorName('10.0.0.8'), '3')
    assert.equal(errorName('10.0.0.1'), '2')
    assert.equal(errorName('10.9.0.1'), '1')
    assert.equal(errorName('192.0.2.1'), '0')
    assert.equal(errorName('::1'), undefined)
    // again, from the cache
    assert.equal(errorName('10.0.0.7'), '4')
    assert.equal(errorName('::1'), undefined)
  })

  test('rejects an empty secret', () => {
    assert.throws(() => RadiusClients.of([client({ secret: new Secret('') })]), {
      code: 'RADIUS_EMPTY_SECRET',
    })
  })

  test('bounds its memory during a flood of unknown addresses', () => {
    const clients = listClients('10.0.0.0/8')
    for (let index = 0; index < 25_000; index++) {
      const low = `${(index >> 8) & 255}.${index & 255}`
      assert.equal(clients.find(`192.0.${low}`), undefined)
      assert.equal(clients.find(`10.0.${low}`)?.name, '0')
    }
  })
})
