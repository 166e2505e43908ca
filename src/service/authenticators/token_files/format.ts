import { readCsv, splitFields } from './csv.ts'
import { decodeText } from './token_file.ts'

/** Formats of token files. */
export type TokenFileFormat = 'csv' | 'pskc' | 'yubikey'

/** Detects the format: XML is PSKC, and lines of YubiKeys are distinctive. */
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
