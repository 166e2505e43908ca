import { hash, timingSafeEqual } from 'node:crypto'
import { desEncrypt, desKey } from './des.ts'
import { md4 } from './md4.ts'

const blockOctets = 8
const keyOctets = 7

/** NtPasswordHash (RFC 2433 §A.10, RFC 2759 §8.3). @returns 16 octets. */
export function ntPasswordHash(password: string): Uint8Array {
  return md4(Buffer.from(password, 'utf16le'))
}

/**
 * NtChallengeResponse of MS-CHAPv1 (RFC 2433 §A.5), which is ChallengeResponse (RFC 2759 §8.5).
 *
 * @param challenge 8 octets.
 * @param passwordHash `ntPasswordHash` of the password.
 * @returns 24 octets.
 */
export function msChapResponse(challenge: Uint8Array, passwordHash: Uint8Array): Uint8Array {
  const response = new Uint8Array(3 * blockOctets)
  for (let block = 0; block < 3; block++) {
    response.set(responseBlock(challenge, passwordHash, block), block * blockOctets)
  }
  return response
}

/** Whether a response is that of the password. Stops at the first block that differs. */
export function isMsChapResponse(
  response: Uint8Array,
  challenge: Uint8Array,
  passwordHash: Uint8Array,
): boolean {
  if (response.length !== 3 * blockOctets) return false
  return [0, 1, 2].every((block) => {
    const sent = response.subarray(block * blockOctets, (block + 1) * blockOctets)
    return timingSafeEqual(sent, responseBlock(challenge, passwordHash, block))
  })
}

/** The challenge, encrypted with 7 octets of the hash, which is padded with zeros to 21. */
function responseBlock(challenge: Uint8Array, passwordHash: Uint8Array, block: number): Uint8Array {
  const key = passwordHash.subarray(block * keyOctets, (block + 1) * keyOctets)
  return desEncrypt(desKey(key), challenge)
}

/** What a response of MS-CHAPv2 depends on, apart from the password. */
export interface MsChapV2Exchange {
  /** 16 octets from the authenticator: MS-CHAP-Challenge. */
  readonly authenticatorChallenge: Uint8Array
  /** 16 octets from the peer. */
  readonly peerChallenge: Uint8Array
  /** The octets of User-Name; a domain in front of the last `\` is left out of the hash. */
  readonly userName: Uint8Array
}

/** GenerateNTResponse of MS-CHAPv2 (RFC 2759 §8.1). @returns 24 octets. */
export function msChapV2Response(exchange: MsChapV2Exchange, password: string): Uint8Array {
  return msChapResponse(challengeHash(exchange), ntPasswordHash(password))
}

/** ChallengeHash (RFC 2759 §8.2). @returns 8 octets. */
export function challengeHash({
  peerChallenge,
  authenticatorChallenge,
  userName,
}: MsChapV2Exchange): Uint8Array {
  const name = withoutDomain(userName)
  return sha1(peerChallenge, authenticatorChallenge, name).subarray(0, blockOctets)
}

const backslash = 0x5c

/** Users may type `DOMAIN\user`; the domain is not hashed (RFC 2759 §4). */
function withoutDomain(userName: Uint8Array): Uint8Array {
  return userName.subarray(userName.lastIndexOf(backslash) + 1)
}

const serverToClient = Buffer.from('Magic server to client signing constant')
const padToIterate = Buffer.from('Pad to make it do more than one iteration')

/**
 * GenerateAuthenticatorResponse of MS-CHAPv2 (RFC 2759 §8.7): shows the peer that the server knows the
 * password.
 *
 * @param ntResponse The peer's response, 24 octets.
 * @returns `S=` and 40 hexadecimal digits in upper case.
 */
export function authenticatorResponse(
  exchange: MsChapV2Exchange,
  ntResponse: Uint8Array,
  password: string,
): string {
  const hashOfHash = md4(ntPasswordHash(password))
  const digest = sha1(hashOfHash, ntResponse, serverToClient)
  const response = sha1(digest, challengeHash(exchange), padToIterate)
  return `S=${Buffer.from(response).toString('hex').toUpperCase()}`
}

function sha1(...parts: readonly Uint8Array[]): Uint8Array {
  return hash('sha1', Buffer.concat(parts), 'buffer')
}
