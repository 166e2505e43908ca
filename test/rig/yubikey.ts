import { createCipheriv, randomBytes } from 'node:crypto'
import { Secret } from '../../src/host/secret.ts'
import type { NewYubikey } from '../../src/service/authenticators/yubikey/yubikeys.ts'

/** A YubiKey whose passcodes a test can have typed. */
export class TestYubikey {
  readonly serial = String(1_000_000 + randomBytes(3).readUIntBE(0, 3))
  readonly publicId = toModhex(randomBytes(6))
  readonly #privateId = randomBytes(6)
  readonly #aesKey = randomBytes(16)

  /** As stored in the directory. */
  get listed(): NewYubikey {
    return {
      serial: this.serial,
      publicId: this.publicId,
      privateId: new Secret(this.#privateId.toString('hex')),
      aesKey: new Secret(this.#aesKey.toString('hex')),
    }
  }

  /** Its line in the file that the personalisation tool writes. */
  get line(): string {
    const { serial, publicId } = this
    const [privateId, aesKey] = [this.#privateId.toString('hex'), this.#aesKey.toString('hex')]
    return `${serial},${publicId},${privateId},${aesKey},,2026-11-24T12:00:00,`
  }

  /** What it types at the `use`th touch of a session. */
  otp(session: number, use: number): string {
    const block = Buffer.alloc(16)
    this.#privateId.copy(block)
    block.writeUInt16LE(session, 6)
    randomBytes(3).copy(block, 8)
    block.writeUInt8(use, 11)
    randomBytes(2).copy(block, 12)
    block.writeUInt16LE(~crc16(block.subarray(0, 14)) & 0xffff, 14)
    const cipher = createCipheriv('aes-128-ecb', this.#aesKey, null).setAutoPadding(false)
    return this.publicId + toModhex(Buffer.concat([cipher.update(block), cipher.final()]))
  }
}

/** Octets in modhex. */
function toModhex(octets: Uint8Array): string {
  const digits = Buffer.from(octets).toString('hex')
  return [...digits].map((digit) => 'cbdefghijklnrtuv'[parseInt(digit, 16)]).join('')
}

/** CRC-16 of ISO 13239, bit by bit. */
function crc16(octets: Uint8Array): number {
  let crc = 0xffff
  for (const octet of octets) {
    for (let bit = 0; bit < 8; bit++) {
      const low = (crc ^ (octet >> bit)) & 1
      crc = (crc >> 1) ^ (low * 0x8408)
    }
  }
  return crc
}
