import {
  createHash,
  createSign,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto'

/** The signed data; defaults are those of an honest browser. */
export interface Ceremony {
  readonly challenge: string
  readonly origin: string
  readonly rpId: string
  /** Of this signature. */
  readonly counter?: number
  readonly userVerified?: boolean
  readonly userHandle?: string
}

const [userPresent, userVerified, attested] = [0x01, 0x04, 0x40]

/** A software passkey that signs any data, honest or not (WebAuthn §6). */
export class Authenticator {
  readonly id: string
  readonly #privateKey: KeyObject
  readonly #publicKey: KeyObject

  /** @param id The id of the credential, in base64url. */
  constructor(id = randomBytes(16).toString('base64url')) {
    this.id = id
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    this.#privateKey = privateKey
    this.#publicKey = publicKey
  }

  attestation(ceremony: Ceremony): object {
    const id = Buffer.from(this.id, 'base64url')
    const length = Buffer.alloc(2)
    length.writeUInt16BE(id.length)
    const credential = Buffer.concat([Buffer.alloc(16), length, id, this.#coseKey()])
    const authData = Buffer.concat([authenticatorData(ceremony, attested), credential])
    const attestationObject = Buffer.concat([
      Buffer.from([0xa3]),
      text('fmt'),
      text('none'),
      text('attStmt'),
      Buffer.from([0xa0]),
      text('authData'),
      octets(authData),
    ])
    return {
      ...this.#envelope(),
      response: {
        clientDataJSON: clientData('webauthn.create', ceremony).toString('base64url'),
        attestationObject: attestationObject.toString('base64url'),
        transports: ['internal'],
      },
    }
  }

  assertion(ceremony: Ceremony): object {
    const client = clientData('webauthn.get', ceremony)
    const data = authenticatorData(ceremony, 0)
    const hash = createHash('sha256').update(client).digest()
    const signature = createSign('sha256').update(data).update(hash).sign(this.#privateKey)
    return {
      ...this.#envelope(),
      response: {
        clientDataJSON: client.toString('base64url'),
        authenticatorData: data.toString('base64url'),
        signature: signature.toString('base64url'),
        ...(ceremony.userHandle === undefined ? {} : { userHandle: ceremony.userHandle }),
      },
    }
  }

  #envelope() {
    return { id: this.id, rawId: this.id, type: 'public-key', clientExtensionResults: {} }
  }

  /** RFC 9053 §2.1 and §7.1.1: an EC2 key for ES256. */
  #coseKey(): Buffer {
    const { x = '', y = '' } = this.#publicKey.export({ format: 'jwk' })
    return Buffer.concat([
      Buffer.from([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21]),
      octets(Buffer.from(x, 'base64url')),
      Buffer.from([0x22]),
      octets(Buffer.from(y, 'base64url')),
    ])
  }
}

function authenticatorData(ceremony: Ceremony, more: number): Buffer {
  const { rpId, counter = 1, userVerified: verified = true } = ceremony
  const rest = Buffer.alloc(5)
  rest.writeUInt8(userPresent | (verified ? userVerified : 0) | more)
  rest.writeUInt32BE(counter, 1)
  return Buffer.concat([createHash('sha256').update(rpId).digest(), rest])
}

function clientData(type: string, { challenge, origin }: Ceremony): Buffer {
  return Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }))
}

/** CBOR (RFC 8949 §3.1): a text of less than 24 octets. */
function text(value: string): Buffer {
  return Buffer.concat([Buffer.from([0x60 + value.length]), Buffer.from(value)])
}

/** CBOR: 24 to 255 octets. */
function octets(value: Buffer): Buffer {
  return Buffer.concat([Buffer.from([0x58, value.length]), value])
}
