import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  type Attribute,
  attributeDefinitions,
  attributeNamed,
  encodePacket,
  encodeVendorSpecific,
  namedText,
  Packet,
} from '../../src/radius/index.ts'
import { octets } from '../rig/octets.ts'

function toText(name: string, ...attributes: Attribute[]): string | undefined {
  return namedText(new Packet(encodePacket(1, 0, new Uint8Array(16), attributes)), name)
}

describe('the dictionary', () => {
  test('finds standard and vendor names in any case', () => {
    assert.deepEqual(attributeNamed('calling-station-id'), {
      name: 'Calling-Station-Id',
      type: 31,
      kind: 'text',
      tagged: false,
    })
    assert.deepEqual(attributeNamed('PaloAlto-Client-Source-IP'), {
      name: 'PaloAlto-Client-Source-IP',
      type: 7,
      kind: 'text',
      tagged: false,
      vendor: 25461,
    })
    assert.equal(attributeNamed('CISCO-AVPAIR')?.vendor, 9)
    assert.equal(attributeNamed('Calling-Station'), undefined)
    assert.equal(attributeNamed('constructor'), undefined)
  })

  test('has each name and each number once', () => {
    const names = attributeDefinitions.map(({ name }) => name.toLowerCase())
    const numbers = attributeDefinitions.map(({ vendor = 0, type }) => `${vendor}.${type}`)
    assert.equal(new Set(names).size, names.length)
    assert.equal(new Set(numbers).size, numbers.length)
    assert(attributeDefinitions.length >= 160)
    assert(attributeDefinitions.every(({ type }) => type >= 1 && type <= 255))
  })
})

describe('RFC 8044 §3, values as text', () => {
  test('converts text, addresses and numbers, and rejects wrong sizes', () => {
    assert.equal(toText('Calling-Station-Id', { type: 31, value: octets('c3a4') }), 'ä')
    assert.equal(toText('NAS-IP-Address', { type: 4, value: octets('c0000207') }), '192.0.2.7')
    assert.equal(toText('NAS-IP-Address', { type: 4, value: octets('abcd') }), undefined)
    assert.equal(toText('NAS-Port', { type: 5, value: octets('fffffffe') }), '4294967294')
    assert.equal(toText('NAS-Port', { type: 5, value: octets('01') }), undefined)
    assert.equal(
      toText('NAS-IPv6-Address', {
        type: 95,
        value: octets('20010db8 00000000 00000000 00000001'),
      }),
      '2001:db8:0:0:0:0:0:1',
    )
    assert.equal(toText('NAS-Identifier', { type: 31, value: octets('61') }), undefined)
  })

  test('keeps embedded and trailing zero octets', () => {
    assert.equal(toText('User-Name', { type: 1, value: octets('61006200') }), 'a\0b\0')
  })

  test('removes the tag (RFC 2868 §3.1)', () => {
    const endpoint = (digits: string): string | undefined =>
      toText('Tunnel-Client-Endpoint', { type: 66, value: octets(digits) })
    assert.equal(endpoint('01 3139322e302e322e37'), '192.0.2.7')
    assert.equal(endpoint('00 3139322e302e322e37'), '192.0.2.7')
    assert.equal(endpoint('3139322e302e322e37'), '192.0.2.7')
    assert.equal(toText('Tunnel-Type', { type: 64, value: octets('0100000d') }), '13')
  })

  test("finds a vendor's attribute among others (RFC 2865 §5.26)", () => {
    const avpair = encodeVendorSpecific({
      vendor: 9,
      type: 1,
      value: Buffer.from('ip:source-ip=x'),
    })
    const source = encodeVendorSpecific({ vendor: 25461, type: 7, value: Buffer.from('192.0.2.7') })
    assert.equal(toText('PaloAlto-Client-Source-IP', avpair, source), '192.0.2.7')
    assert.equal(toText('Cisco-AVPair', source, avpair), 'ip:source-ip=x')
    assert.equal(toText('PaloAlto-Client-OS', avpair, source), undefined)
    const odd = { type: 26, value: octets('000000090120') }
    assert.equal(toText('Cisco-AVPair', odd, avpair), 'ip:source-ip=x')
  })
})
