/** The next step of a call. */
export interface CallReply {
  /** A language code for `Say`, such as `en-US`. */
  readonly language: string
  readonly says: string
  /** URL for a pressed key; without it the call ends. */
  readonly keyUrl?: string
  /** Spoken if no key was pressed. */
  readonly otherwise?: string
}

/** Time to press a key after the last word. */
const keySecs = 8

/** Writes a reply as TwiML. */
export function twiml({ language, says, keyUrl, otherwise }: CallReply): string {
  const say = (text: string): string =>
    `<Say language="${escaped(language)}">${escaped(text)}</Say>`
  if (keyUrl === undefined) return document(`${say(says)}<Hangup/>`)
  // finishOnKey is empty, because # would otherwise end the input instead of being a key
  const gather = `<Gather input="dtmf" numDigits="1" finishOnKey="" timeout="${keySecs}" method="POST" action="${escaped(keyUrl)}">${say(says)}</Gather>`
  return document(`${gather}${otherwise === undefined ? '' : say(otherwise)}<Hangup/>`)
}

function document(verbs: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?><Response>${verbs}</Response>`
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
}

/** Omits characters that XML 1.0 does not allow. */
function escaped(text: string): string {
  return text
    .toWellFormed()
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '')
    .replace(/[&<>"']/g, (letter) => entities[letter] ?? '')
}
