/**
 * A secret in the encodings in which logs and addresses carry it: plain, JSON, URL, hexadecimal and
 * Base64, the last also within a longer text such as `user:secret`.
 */
export function encodings(secret: string): string[] {
  const url = encodeURIComponent(secret)
  const hex = Buffer.from(secret, 'utf8').toString('hex')
  return [
    secret,
    JSON.stringify(secret).slice(1, -1),
    url,
    url.replace(/%[0-9A-F]{2}/g, (octet) => octet.toLowerCase()),
    url.replaceAll('%20', '+'),
    hex,
    hex.toUpperCase(),
    ...base64Forms(secret),
  ]
}

/** Shorter ones occur by chance. */
const minBase64Length = 6

/** The characters that the secret alone determines, for each of its three places in a group of octets. */
function base64Forms(secret: string): string[] {
  const octets = Buffer.from(secret, 'utf8')
  return [0, 1, 2].flatMap((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), octets]).toString('base64')
    const first = Math.ceil((shift * 8) / 6)
    const last = Math.floor(((shift + octets.length) * 8) / 6)
    const form = text.slice(first, last)
    if (form.length < minBase64Length) return []
    return [form, form.replaceAll('+', '-').replaceAll('/', '_')]
  })
}
