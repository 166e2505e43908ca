/** TwiML: what a call does next. */
export interface CallReply {
  /** As `Say` wants it: `en-US`. */
  readonly language: string
  readonly says: string
  /** Where a key that is pressed meanwhile goes to; without it the call ends. */
  readonly keyUrl?: string
  /** What is said where none was pressed. */
  readonly otherwise?: string
}

/** How long after the last word a key may come. */
const keySecs = 8

/** Writes a reply as TwiML. */
export function twiml({ language, says, keyUrl, otherwise }: CallReply): string {
  const say = (text: string): string =>
    `<Say language="${escaped(language)}">${escaped(text)}</Say>`
  if (keyUrl === undefined) return document(`${say(says)}<Hangup/>`)
  // finishOnKey is empty, else # would end the input and not be one
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

/** Characters that XML 1.0 has no place for are left out. */
function escaped(text: string): string {
  return text
    .toWellFormed()
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '')
    .replace(/[&<>"']/g, (letter) => entities[letter] ?? '')
}
