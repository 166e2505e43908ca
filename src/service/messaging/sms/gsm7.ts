/** Length of one message in the default alphabet, in characters. */
export const maxMessageLength = 160

/** The 7-bit default alphabet of GSM 03.38. */
const gsm7 =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà'

/** Replacements for characters of the extension table, which count twice. */
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

/** Rewrites text in the GSM 7-bit default alphabet; other letters lose their accents or become `?`. */
export function toGsm7(text: string): string {
  return [...text.normalize('NFC')].map(toGsm7Letter).join('')
}

function toGsm7Letter(letter: string): string {
  const replaced = replacements[letter]
  if (replaced !== undefined) return replaced
  if (gsm7.includes(letter)) return letter
  const [bare = '?'] = letter.normalize('NFD')
  return gsm7.includes(bare) ? bare : '?'
}
