const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

export function base64url(octets: ArrayBuffer): string {
  const text = String.fromCharCode(...new Uint8Array(octets))
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}

export function hex(octets: ArrayBuffer): string {
  return [...new Uint8Array(octets)].map((octet) => octet.toString(16).padStart(2, '0')).join('')
}

/** Base32 without padding (RFC 4648 §6). */
export function fromBase32(text: string): Uint8Array<ArrayBuffer> {
  const octets: number[] = []
  let bits = 0
  let held = 0
  for (const letter of text.replace(/=+$/, '').toUpperCase()) {
    held = ((held << 5) | base32.indexOf(letter)) & 0xfff
    bits += 5
    if (bits >= 8) {
      bits -= 8
      octets.push((held >> bits) & 0xff)
    }
  }
  return new Uint8Array(octets)
}

export function utf8(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text)
}
