/** The octets that hexadecimal digits spell; blanks between them are for the eye. */
export function octets(hexadecimal: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hexadecimal.replaceAll(' ', ''), 'hex'))
}

/** Octets as hexadecimal digits. */
export function hex(value: Uint8Array): string {
  return Buffer.from(value).toString('hex')
}
