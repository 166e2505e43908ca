/** What was typed, or what is wrong with the octets of the password. */
export type PasswordText =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'unreadable'; readonly problem: string }

/** What can be said of the shared secret that hid a password. */
export interface SecretEvidence {
  /** A genuine Message-Authenticator proves that both sides have the same secret. */
  readonly proven: boolean
  /** Key of the secret in the configuration, such as `radius_secret_1`. */
  readonly key: string
}

type Decoder = InstanceType<typeof TextDecoder>

/**
 * Reads a revealed password as text.
 *
 * A password that was hidden with another secret is revealed as noise. Without a proof of the secret
 * this can't be told from a password in another encoding, so both are named; with a proof the secret
 * is never blamed.
 *
 * @param decoder Of `pw_codec`, with `fatal`.
 */
export function readPasswordText(
  password: Uint8Array,
  decoder: Decoder,
  evidence: SecretEvidence,
): PasswordText {
  if (isPlaceholder(password)) return unreadable(placeholderProblem)
  const text = decoded(password, decoder)
  if (text !== undefined && !hasControls(text)) return { kind: 'text', text }
  const shape = describeShape(password, decoder, text)
  if (evidence.proven) {
    return unreadable(shape ?? 'it has control characters, which nobody types; see what is sent')
  }
  const otherSecret = `the appliance's shared secret probably differs from ${evidence.key}`
  return unreadable(
    shape === undefined ? otherSecret : `${shape}. If that is not it, ${otherSecret}`,
  )
}

/**
 * sshd sends these octets, repeated to the length of the password, instead of the password of a user
 * that it does not know or does not let in (OpenSSH, auth-pam.c).
 */
const placeholder = new TextEncoder().encode('\b\n\r\u007fINCORRECT')

const placeholderProblem =
  "it is sshd's placeholder for a user that is unknown or locked on that machine, or not allowed " +
  'to sign in there (AllowUsers, PermitRootLogin); the password that was typed is not sent'

function isPlaceholder(password: Uint8Array): boolean {
  return (
    password.length > 0 &&
    password.every((octet, index) => octet === placeholder[index % placeholder.length])
  )
}

/** The mistake that the octets look like; `undefined` if they look like none. */
function describeShape(
  password: Uint8Array,
  decoder: Decoder,
  text: string | undefined,
): string | undefined {
  const isUtf16 = decoder.encoding.startsWith('utf-16')
  if (!isUtf16 && looksLikeUtf16(password)) {
    return 'it is UTF-16; set pw_codec=utf-16le, or let the appliance send UTF-8'
  }
  const nul = password.indexOf(0)
  if (!isUtf16 && nul >= 0) {
    return isPrintable(password.subarray(0, nul))
      ? 'it has octets after a NUL, where a program in C ends it; the appliance sends more than the password'
      : undefined
  }
  if (text === undefined && decoder.encoding === 'utf-8' && isPrintable(password)) {
    return 'it is not UTF-8 but looks like Latin-1; set pw_codec=latin-1 (or cp1252), or let the appliance send UTF-8'
  }
  if (text === undefined && isPrintable(password)) {
    return `it is not ${decoder.encoding}, which pw_codec names; set pw_codec to what the appliance sends`
  }
  return undefined
}

/** RADIUS strips NULs at the end, and with them half of the last character of UTF-16. */
function decoded(password: Uint8Array, decoder: Decoder): string | undefined {
  const whole =
    decoder.encoding.startsWith('utf-16') && password.length % 2 === 1
      ? Uint8Array.of(...password, 0)
      : password
  try {
    return decoder.decode(whole)
  } catch {
    return undefined
  }
}

function hasControls(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: nobody types them
  return /[\u0000-\u0008\u000e-\u001f\u007f]/.test(text)
}

/** Letters, digits and signs of Latin-1 and Windows-1252. */
function isPrintable(octets: Uint8Array): boolean {
  return octets.every((octet) => (octet >= 0x20 && octet < 0x7f) || octet >= 0x80)
}

/** ASCII in UTF-16LE: every second octet is NUL. */
function looksLikeUtf16(octets: Uint8Array): boolean {
  return octets.length > 2 && octets.every((octet, index) => (octet === 0) === (index % 2 === 1))
}

function unreadable(problem: string): PasswordText {
  return { kind: 'unreadable', problem: `Cannot decode password: ${problem}` }
}
