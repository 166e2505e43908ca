import { fieldsOf, readCsv } from './csv.ts'
import { textOf } from './token_file.ts'

/** The forms in which files of tokens come. */
export type TokenFileFormat = 'csv' | 'pskc' | 'yubikey'

/** The form that a file seems to have: XML is PSKC, and a line of a YubiKey looks like no other. */
export function formatOf(octets: Uint8Array): TokenFileFormat {
  const text = textOf(octets)
  if (text.trimStart().startsWith('<')) return 'pskc'
  const { lines, separator } = readCsv(text)
  const yubikey = lines.slice(0, 2).some(({ content }) => {
    if (/^"?(LOGGING START|Yubico OTP)/.test(content)) return true
    const [, publicId = ''] = content.includes('"') ? [] : fieldsOf(content, separator)
    return /^[cbdefghijklnrtuv]{12}$/i.test(publicId)
  })
  return yubikey ? 'yubikey' : 'csv'
}
