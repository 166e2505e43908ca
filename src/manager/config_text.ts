import { createHash } from 'node:crypto'
import type { FileEncoding } from './editor/page_api.ts'

/** Decodes a configuration file. Windows editors save UTF-16 or the code page of the system. */
export function decodeConfig(octets: Uint8Array): {
  readonly text: string
  readonly encoding: FileEncoding
} {
  const encoding = findEncoding(octets)
  const label = encoding === 'utf-16' && octets[0] === 0xfe ? 'utf-16be' : decoders[encoding]
  // ignoreBOM keeps the mark, which is part of the text
  const text = new TextDecoder(label, { ignoreBOM: encoding === 'utf-8' }).decode(octets)
  return { text, encoding }
}

/** Identifies the content of a file. */
export function versionOf(octets: Uint8Array): string {
  return createHash('sha256').update(octets).digest('hex')
}

const decoders = { 'utf-8': 'utf-8', 'utf-16': 'utf-16le', 'windows-1252': 'windows-1252' } as const

function findEncoding(octets: Uint8Array): FileEncoding {
  const [first, second] = octets
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) return 'utf-16'
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(octets)
    return 'utf-8'
  } catch {
    return 'windows-1252'
  }
}
