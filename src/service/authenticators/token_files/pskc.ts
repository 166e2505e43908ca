import { keyPolicy } from './pskc_policy.ts'
import { PskcProtection, type PskcUnlock } from './pskc_protection.ts'
import { decodeText, readRecords, type TokenFile } from './token_file.ts'
import { TokenFileError, wrongRecord } from './token_file_error.ts'
import {
  parseCounter,
  parseSecret,
  parseSerial,
  parseStep,
  type TokenRecord,
  tokenNames,
} from './token_record.ts'
import { elementAt, findChild, readXml, type XmlElement } from './xml.ts'

export interface PskcOptions {
  readonly unlock?: PskcUnlock | undefined
  /** The time that keys must be valid at. */
  readonly now: number
}

/** RFC 6030 and its drafts: `urn:ietf:params:xml:ns:keyprov:pskc:hotp`, `…/keyprov/pskc#hotp`. */
const algorithmName = /keyprov[:/]pskc[:#](\w+)$/
const namespace = /keyprov[:/]pskc(:1\.0|#)?$/
const maxDrift = 10

/**
 * Reads a key container (RFC 6030).
 *
 * @throws {TokenFileError} if it is not a key container, can't be decrypted, or was altered.
 */
export function readPskc(octets: Uint8Array, { unlock, now }: PskcOptions): TokenFile<TokenRecord> {
  const container = readXml(decodeText(octets))
  const foreign = [...container.attributes].some(
    ([name, value]) => name === 'xmlns' && !namespace.test(value),
  )
  if (container.name !== 'KeyContainer' || foreign) {
    throw new TokenFileError('TOKEN_FILE_FORM', 'the file is not a KeyContainer of RFC 6030')
  }
  const packages = container.children.filter(({ name }) => name === 'KeyPackage')
  if (packages.length === 0) {
    throw new TokenFileError('TOKEN_FILE_FORM', 'the KeyContainer has no KeyPackage')
  }
  const protection = inContainer(() => new PskcProtection(container, unlock))
  return readRecords(
    packages.map((content, index) => ({ where: `key package ${index + 1}`, content })),
    (content) => toRecord(content, protection, now),
    tokenNames,
  )
}

function toRecord(
  keyPackage: XmlElement,
  protection: PskcProtection,
  now: number,
): TokenRecord | undefined {
  const device = findChild(keyPackage, 'DeviceInfo')
  const key = findChild(keyPackage, 'Key')
  if (key === undefined) throw wrongRecord('there is no Key in it')
  const kind = parseKind(key)
  if (kind === 'pin') return undefined
  const data = findChild(key, 'Data')
  const number = (name: string): string => {
    const element = findChild(data, name)
    return element === undefined ? '' : protection.number(element)
  }
  const serial = findChild(device, 'SerialNo')?.text ?? key.attributes.get('Id') ?? ''
  const secret = findChild(data, 'Secret')
  if (secret === undefined) {
    throw wrongRecord('it has no Secret, only a reference to a key that its manufacturer has')
  }
  return {
    serial: parseSerial(serial),
    kind,
    digits: parseDigits(key),
    algorithm: parseHash(key),
    stepSecs: kind === 'totp' ? parseStep(number('TimeInterval') || '30') : 30,
    secret: parseSecret(protection.octets(secret)),
    counter: kind === 'hotp' ? parseCounter(number('Counter')) : 0,
    drift: kind === 'totp' ? parseDrift(number('TimeDrift')) : 0,
    expires: keyPolicy(device, findChild(key, 'Policy'), now).expires,
  }
}

/** `pin` is the PIN of another key, which its token checks itself. */
function parseKind(key: XmlElement): 'hotp' | 'totp' | 'pin' {
  const algorithm = key.attributes.get('Algorithm') ?? key.attributes.get('KeyAlgorithm')
  if (algorithm === undefined) throw wrongRecord('the Key has no Algorithm; expected HOTP or TOTP')
  const name = algorithmName.exec(algorithm)?.[1]?.toLowerCase()
  if (name === 'hotp' || name === 'totp' || name === 'pin') return name
  throw wrongRecord('the Algorithm of the Key is neither HOTP nor TOTP')
}

function parseDigits(key: XmlElement): 6 | 8 {
  const format = elementAt(key, 'AlgorithmParameters', 'ResponseFormat')?.attributes
  const {
    Encoding = 'DECIMAL',
    Length = '6',
    CheckDigits = 'false',
  } = Object.fromEntries(format ?? [])
  if (Encoding !== 'DECIMAL') throw wrongRecord('its codes are not DECIMAL')
  if (CheckDigits !== 'false' && CheckDigits !== '0')
    throw wrongRecord('its codes have a check digit')
  if (Length === '6') return 6
  if (Length === '8') return 8
  throw wrongRecord('its codes have neither 6 nor 8 digits')
}

function parseHash(key: XmlElement): TokenRecord['algorithm'] {
  const suite = elementAt(key, 'AlgorithmParameters', 'Suite')?.text ?? 'HMAC-SHA1'
  const name = suite
    .toUpperCase()
    .replace(/^HMAC-/, '')
    .replace('SHA-', 'SHA')
  if (name === 'SHA1' || name === 'SHA256' || name === 'SHA512') return name
  throw wrongRecord('its Suite is not HMAC-SHA1, HMAC-SHA256 or HMAC-SHA512')
}

function parseDrift(text: string): number {
  if (text === '') return 0
  const drift = Number(text)
  if (Number.isInteger(drift) && Math.abs(drift) <= maxDrift) return drift
  throw wrongRecord(`its TimeDrift is not an integer from -${maxDrift} to ${maxDrift}`)
}

/** Turns an error of one record into an error of the whole file. */
function inContainer<Result>(work: () => Result): Result {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof TokenFileError) || error.code !== 'TOKEN_FILE_RECORD') throw error
    throw new TokenFileError('TOKEN_FILE_FORM', `KeyContainer: ${error.message}`)
  }
}
