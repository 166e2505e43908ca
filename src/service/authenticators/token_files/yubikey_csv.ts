import { Secret } from '../../../host/secret.ts'
import { readCsv, splitFields } from './csv.ts'
import { decodeText, readRecords, type TokenFile } from './token_file.ts'
import { TokenFileError, wrongRecord } from './token_file_error.ts'
import { parseSerial } from './token_record.ts'

/** A YubiKey as a file lists it. */
export interface YubikeyRecord {
  readonly serial: string
  /** Twelve letters of modhex. */
  readonly publicId: string
  /** 6 bytes in hex. */
  readonly privateId: Secret
  /** 16 bytes in hex. */
  readonly aesKey: Secret
}

/**
 * Reads the format of `ykman otp yubiotp --config-output` and of the personalisation tool ("Yubico
 * format"): `serial,public id,private id,AES key[,access code[,moment[,…]]]`.
 *
 * @throws {TokenFileError} if it is not such a file.
 */
export function readYubikeyCsv(octets: Uint8Array): TokenFile<YubikeyRecord> {
  const { lines, separator } = readCsv(decodeText(octets))
  const listed = /^"?serial/i.test(lines[0]?.content ?? '') ? lines.slice(1) : lines
  if (listed.length === 0) {
    throw new TokenFileError(
      'TOKEN_FILE_FORM',
      'the file lists no YubiKeys; a line is serial,public id,private id,AES key',
    )
  }
  if (listed.some(({ content }) => /^"?(LOGGING START|Yubico OTP|OATH-HOTP)/.test(content))) {
    throw new TokenFileError(
      'TOKEN_FILE_FORM',
      'this is the traditional log of the personalisation tool, which has no serials; choose "Yubico format" in its settings',
    )
  }
  return readRecords(
    listed,
    (line) => toRecord(splitFields(line, separator)),
    ({ serial, publicId }) => ({ serial, 'public identity': publicId }),
  )
}

function toRecord(fields: readonly string[]): YubikeyRecord {
  const [serial = '', publicId = '', privateId = '', aesKey = ''] = fields
  if (!/^[cbdefghijklnrtuv]{12}$/i.test(publicId)) {
    throw wrongRecord('the public identity is not twelve letters of modhex (cbdefghijklnrtuv)')
  }
  if (!/^[0-9a-f]{12}$/i.test(privateId)) {
    throw wrongRecord('the private identity is not 6 bytes in hex')
  }
  if (!/^[0-9a-f]{32}$/i.test(aesKey)) throw wrongRecord('the AES key is not 16 bytes in hex')
  return {
    serial: parseSerial(serial),
    publicId: publicId.toLowerCase(),
    privateId: new Secret(privateId.toLowerCase()),
    aesKey: new Secret(aesKey.toLowerCase()),
  }
}
