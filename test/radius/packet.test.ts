import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import {
  decodePacket,
  encodePacket,
  framingProblem,
  messageAuthenticatorAt,
  RadiusError,
} from '../../src/radius/index.ts'
import { hex, octets } from '../rig/octets.ts'
import vectors from '../vector/radius-vectors.json' with { type: 'json' }

const authenticator = octets('000102030405060708090a0b0c0d0e0f')

/** Expected problems of the malformed entries of the corpus; the others are well-formed. */
const malformed: Readonly<Record<string, string>> = {
  'empty datagram': 'RADIUS_TRUNCATED',
  '1 octet': 'RADIUS_TRUNCATED',
  '19 octets': 'RADIUS_TRUNCATED',
  'Length 0': 'RADIUS_PACKET_LENGTH',
  'Length 19 in 20-octet datagram': 'RADIUS_PACKET_LENGTH',
  'Length 100, 20 octets received': 'RADIUS_PACKET_LENGTH',
  'Length 65535': 'RADIUS_PACKET_LENGTH',
  'Length 4097 with 4097 octets (15 attributes of 255 + one of 252)': 'RADIUS_PACKET_LENGTH',
  'one stray octet after header': 'RADIUS_ATTRIBUTE_LENGTH',
  'attribute 0': 'RADIUS_ATTRIBUTE_TYPE',
  'attr length 0': 'RADIUS_ATTRIBUTE_LENGTH',
  'attr length 1': 'RADIUS_ATTRIBUTE_LENGTH',
  'attr overflows packet': 'RADIUS_ATTRIBUTE_LENGTH',
  'second attr length 0': 'RADIUS_ATTRIBUTE_LENGTH',
  'second attr overflows': 'RADIUS_ATTRIBUTE_LENGTH',
  'RFC 2865 7.3 printed packet: State length 0x10 should be 0x0a': 'RADIUS_ATTRIBUTE_LENGTH',
}

describe('RFC 2865 §3 and §5, packet framing', () => {
  test('has a corpus entry for each name in the table', () => {
    const names = new Set(vectors.invalid.map(({ name }) => name))
    assert.deepEqual(
      Object.keys(malformed).filter((name) => !names.has(name)),
      [],
    )
  })

  for (const entry of vectors.invalid) {
    const expected = malformed[entry.name]
    test(`${entry.name}: ${expected ?? 'well-formed'}`, () => {
      const datagram = octets(entry.hex)
      assert.equal(framingProblem(datagram), expected)
      if (expected === undefined)
        assert.equal(decodePacket(datagram).octets.length, datagram.length)
      else assert.throws(() => decodePacket(datagram), { code: expected })
    })
  }

  test('ignores octets after Length as padding', () => {
    const packet = encodePacket(1, 7, authenticator, [{ type: 1, value: Buffer.from('bob') }])
    const padded = new Uint8Array([...packet, 80, 18, 0, 0, 0])
    const decoded = decodePacket(padded)
    assert.equal(hex(decoded.octets), hex(packet))
    assert.equal(decoded.attributes.length, 1)
    assert.equal(messageAuthenticatorAt(decoded.octets), undefined)
  })

  test('accepts 200 attributes, but not 201', () => {
    const packet = (count: number): Uint8Array =>
      encodePacket(
        1,
        0,
        authenticator,
        Array.from({ length: count }, () => ({ type: 200, value: new Uint8Array(1) })),
      )
    assert.equal(framingProblem(packet(200)), undefined)
    assert.equal(framingProblem(packet(201)), 'RADIUS_TOO_MANY_ATTRIBUTES')
  })

  test('encodes 4096 octets, but not 4097, nor a value of 254 octets', () => {
    const values = [...Array.from({ length: 15 }, () => 253), 249]
    const attributes = values.map((length) => ({ type: 25, value: new Uint8Array(length) }))
    assert.equal(encodePacket(2, 0, authenticator, attributes).length, 4096)
    const one = { type: 25, value: new Uint8Array(0) }
    assert.throws(() => encodePacket(2, 0, authenticator, [...attributes, one]), {
      code: 'RADIUS_PACKET_LENGTH',
    })
    assert.throws(
      () => encodePacket(2, 0, authenticator, [{ type: 25, value: new Uint8Array(254) }]),
      { code: 'RADIUS_ATTRIBUTE_LENGTH' },
    )
  })

  test('decodes encoded packets to the same attributes in the same order', () => {
    const attribute = fc.record({
      type: fc.integer({ min: 1, max: 255 }),
      value: fc.uint8Array({ maxLength: 253 }),
    })
    fc.assert(
      fc.property(
        fc.nat(255),
        fc.nat(255),
        fc.array(attribute, { maxLength: 15 }),
        (code, id, all) => {
          const packet = encodePacket(code, id, authenticator, all)
          const decoded = decodePacket(packet)
          assert.equal(decoded.code, code)
          assert.equal(decoded.identifier, id)
          assert.equal(hex(decoded.authenticator), hex(authenticator))
          assert.deepEqual(
            decoded.attributes.map(({ type, value }) => [type, hex(value)]),
            all.map(({ type, value }) => [type, hex(value)]),
          )
          for (const { type } of all) {
            const first = all.find((other) => other.type === type)?.value ?? new Uint8Array()
            assert.equal(hex(decoded.first(type) ?? new Uint8Array()), hex(first))
          }
          assert.equal(
            hex(
              encodePacket(
                decoded.code,
                decoded.identifier,
                decoded.authenticator,
                decoded.attributes,
              ),
            ),
            hex(packet),
          )
        },
      ),
    )
  })

  test('decodes any octets to a packet or a RadiusError', () => {
    const header = fc
      .tuple(
        fc.nat(255),
        fc.uint8Array({ minLength: 17, maxLength: 17 }),
        fc.uint8Array({ maxLength: 600 }),
      )
      .map(([code, rest, body]) => {
        const length = 20 + body.length
        return Uint8Array.from([
          code,
          rest[0] ?? 0,
          length >> 8,
          length & 0xff,
          ...rest.subarray(1),
          ...body,
        ])
      })
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), header), (datagram) => {
        try {
          const packet = decodePacket(datagram)
          assert.equal(
            packet.attributes.reduce((sum, { value }) => sum + 2 + value.length, 20),
            packet.octets.length,
          )
        } catch (error) {
          assert(error instanceof RadiusError)
        }
      }),
      { numRuns: 500 },
    )
  })
})
