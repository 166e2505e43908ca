import { UserFileError } from './user_file_error.ts'

/** The most bytes that a file of users can have. */
const maxUserFileBytes = 8 * 2 ** 20

/**
 * The text of a file in UTF-8, or in UTF-16 with a byte order mark, as Excel's "Unicode Text" has it.
 *
 * @throws {UserFileError} `USER_FILE_TOO_LARGE`, `USER_FILE_ENCODING`
 */
export function decodeUserFile(octets: Uint8Array): string {
  if (octets.length > maxUserFileBytes) {
    throw new UserFileError(
      'USER_FILE_TOO_LARGE',
      `the file has more than ${maxUserFileBytes / 2 ** 20} MB; split it into several files`,
    )
  }
  try {
    const text = new TextDecoder(encodingOf(octets), { fatal: true }).decode(octets)
    if (!text.includes('\0')) return text
  } catch {
    // not text in this encoding
  }
  throw new UserFileError(
    'USER_FILE_ENCODING',
    'the file is not text in UTF-8; save it as "CSV UTF-8" (in Excel: Save As, CSV UTF-8)',
  )
}

function encodingOf([first, second]: Uint8Array): string {
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  if (first === 0xfe && second === 0xff) return 'utf-16be'
  return 'utf-8'
}
