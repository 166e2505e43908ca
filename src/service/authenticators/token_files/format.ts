import { readCsv, splitFields } from './csv.ts'
import { decodeText } from './token_file.ts'

/** The forms in which files of tokens come. */
export type TokenFileFormat = 'csv' | 'pskc' | 'yubikey'

/** The form that a file seems to have: XML is PSKC, and a line of a YubiKey looks like no other. */
export function detectFormat(octets: Uint8Array): TokenFileFormat {
  const text = decodeText(octets)
  if (text.trimStart().startsWith('<')) return 'pskc'
  const { lines, separator } = readCsv(text)
  const yubikey = lines.slice(0, 2).some(({ content }) => {
    if (/^"?(LOGGING START|Yubico OTP)/.test(content)) return true
    const [, publicId = ''] = content.includes('"') ? [] : splitFields(content, separator)
    return /^[cbdefghijklnrtuv]{12}$/i.test(publicId)
  })
  return yubikey ? 'yubikey' : 'csv'
}
