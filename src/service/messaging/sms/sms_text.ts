/** GSM 03.38, 7-bit default alphabet: a message of these letters alone holds 160 of them. */
const gsm7 =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà'
const oneMessage = 160

/** Letters of the extension table count twice: each is written as one that counts once. */
const replacements: Readonly<Record<string, string>> = {
  '[': '(',
  '{': '(',
  ']': ')',
  '}': ')',
  '\\': '/',
  '|': '/',
  '~': '-',
  '^': "'",
  '€': 'EUR',
  '–': '-',
  '—': '-',
  '‘': "'",
  '’': "'",
  '“': '"',
  '”': '"',
  '…': '...',
  '\t': ' ',
  '\n': ' ',
  '\r': ' ',
}

/**
 * The text that brings passcodes: one message whatever the names are, as a second one costs.
 *
 * @param message What the administrator wants to stand before it; may be empty.
 */
export function smsText(codes: readonly string[], application: string, message = ''): string {
  const ending = codes.join(' ')
  const room = oneMessage - ending.length - ': '.length
  const beginning = inGsm7(message === '' ? application : `${message} ${application}`)
    .slice(0, room)
    .trim()
  return beginning === '' ? ending : `${beginning}: ${ending}`
}

/** Written with the letters that every phone has; others lose their accents or become `?`. */
export function inGsm7(text: string): string {
  return [...text.normalize('NFC')].map(describeLetter).join('')
}

function describeLetter(letter: string): string {
  const replaced = replacements[letter]
  if (replaced !== undefined) return replaced
  if (gsm7.includes(letter)) return letter
  const [bare = '?'] = letter.normalize('NFD')
  return gsm7.includes(bare) ? bare : '?'
}
