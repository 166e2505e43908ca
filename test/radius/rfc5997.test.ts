import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  decodePacket,
  messageAuthenticatorAt,
  messageAuthenticatorIsGenuine,
  SharedSecret,
  verifyReply,
} from '../../src/radius/index.ts'
import { octets } from '../rig/octets.ts'

describe('RFC 5997 §6, Status-Server', () => {
  const secret = new SharedSecret('xyzzy5461')
  // the RFC misprints the code of the reply in §6.2 as 2; it is 5
  const exchanges = [
    [
      '§6.1, minimal query to an authentication port',
      '0cda00268a54f4686fb394c52866e302185d062350125a665e2e1e8411f3e243822097c84fa3',
      '02da0014ef0d552a4bf2d693ec2b6fe8b5411d66',
    ],
    [
      '§6.2, minimal query to an accounting port',
      '0cb30026925f6b66dd5fed571fcb1db7ad3882605012e8d6eabda910875cd91fdade26367858',
      '05b300140f6f92145f107e2f504e860a4860669c',
    ],
    [
      '§6.3, verbose query and reply',
      '0c47002cbf58de56ae408ad3b70c8513f9b03fbe0406c00002105012852d6fec61e7ed74b8e32dac2f2a5fb2',
      '0247003446f43e62fd0354424cbbebfd6d214e06122052414449555320536572766572207570203220646179732c2031383a3430',
    ],
  ] as const
  for (const [name, request, reply] of exchanges) {
    test(name, () => {
      const packet = decodePacket(octets(request))
      assert.equal(packet.code, 12)
      const at = messageAuthenticatorAt(packet.octets) ?? -1
      assert.equal(messageAuthenticatorIsGenuine(packet.octets, at, secret), true)
      verifyReply(octets(reply), packet.authenticator, secret)
    })
  }
})
