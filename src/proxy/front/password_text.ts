/** The password as text, or why it can't be decoded. */
export type PasswordText =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'unreadable'; readonly problem: string }

/** What is known about the shared secret of a request. */
export interface SecretEvidence {
  /** Whether a valid Message-Authenticator proves that both sides have the same secret. */
  readonly proven: boolean
  /** Key of the secret in the configuration, such as `radius_secret_1`. */
  readonly key: string
}

/** The part of a `TextDecoder` that is used. */
interface Decoder {
  readonly encoding: string
  decode(octets: Uint8Array): string
}

/**
 * Decodes a revealed password.
 *
 * A password that was hidden with another secret looks like one in another encoding. Unless the secret
 * is proven, the problem names both causes.
 *
 * @param decoder For `pw_codec`, with `fatal`.
 */
export function readPasswordText(
  password: Uint8Array,
  decoder: Decoder,
  evidence: SecretEvidence,
): PasswordText {
  if (isPlaceholder(password)) return unreadable(placeholderProblem)
  const text = decode(password, decoder)
  if (text !== undefined && !hasControls(text)) return { kind: 'text', text }
  const shape = describeShape(password, decoder, text)
  if (evidence.proven) {
    return unreadable(
      shape ?? 'it has control characters, which users do not type; check what the appliance sends',
    )
  }
  const otherSecret = `the appliance's shared secret probably differs from ${evidence.key}`
  return unreadable(shape === undefined ? otherSecret : `${shape}. Otherwise, ${otherSecret}`)
}

/**
 * sshd sends these octets, repeated to the length of the password, instead of the password of a user
 * who is unknown or not allowed to sign in (OpenSSH, auth-pam.c).
 */
const placeholder = new TextEncoder().encode('\b\n\r\u007fINCORRECT')

const placeholderProblem =
  "it is sshd's placeholder for a user who is unknown or locked on that machine, or not allowed to " +
  'sign in there (AllowUsers, PermitRootLogin); sshd does not send the typed password'

function isPlaceholder(password: Uint8Array): boolean {
  return (
    password.length > 0 &&
    password.every((octet, index) => octet === placeholder[index % placeholder.length])
  )
}

/** The probable mistake; `undefined` if none is recognized. */
function describeShape(
  password: Uint8Array,
  decoder: Decoder,
  text: string | undefined,
): string | undefined {
  const isUtf16 = decoder.encoding.startsWith('utf-16')
  if (!isUtf16 && looksLikeUtf16(password)) {
    return 'it is UTF-16; set pw_codec=utf-16le, or configure the appliance to send UTF-8'
  }
  const nul = password.indexOf(0)
  if (!isUtf16 && nul >= 0) {
    return isPrintable(password.subarray(0, nul))
      ? 'it has octets after a NUL; the appliance probably sends more than the password'
      : undefined
  }
  if (text === undefined && decoder.encoding === 'utf-8' && isPrintable(password)) {
    return 'it is not UTF-8 but looks like Latin-1; set pw_codec=latin-1 (or cp1252), or configure the appliance to send UTF-8'
  }
  if (text === undefined && isPrintable(password)) {
    return `it is not ${decoder.encoding}, as pw_codec says; set pw_codec to the encoding that the appliance uses`
  }
  return undefined
}

/** RADIUS strips trailing NULs, which can be half of the last character in UTF-16. */
function decode(password: Uint8Array, decoder: Decoder): string | undefined {
  const padded =
    decoder.encoding.startsWith('utf-16') && password.length % 2 === 1
      ? Uint8Array.of(...password, 0)
      : password
  try {
    return decoder.decode(padded)
  } catch {
    return undefined
  }
}

function hasControls(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: finds them
  return /[\u0000-\u0008\u000e-\u001f\u007f]/.test(text)
}

/** Whether all octets are printable in Latin-1 or Windows-1252. */
function isPrintable(octets: Uint8Array): boolean {
  return octets.every((octet) => (octet >= 0x20 && octet < 0x7f) || octet >= 0x80)
}

/** Whether every second octet is NUL, as for ASCII in UTF-16LE. */
function looksLikeUtf16(octets: Uint8Array): boolean {
  return octets.length > 2 && octets.every((octet, index) => (octet === 0) === (index % 2 === 1))
}

function unreadable(problem: string): PasswordText {
  return { kind: 'unreadable', problem: `Cannot decode password: ${problem}` }
}
