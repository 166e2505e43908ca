const maxRounds = 4
const entities: Readonly<Record<string, string>> = {
  quot: '"',
  apos: "'",
  amp: '&',
  lt: '<',
  gt: '>',
  nbsp: ' ',
}
const letters: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' }

type Decoder = (text: string) => string

/** `\u00c4`, `\"`, `\\`, as in JSON. */
const unescapeJson: Decoder = (text) =>
  text.replace(/\\(?:u([0-9a-f]{4})|(["'\\/nrtbf]))/gi, (_all, code, letter) =>
    code === undefined
      ? (letters[letter] ?? letter)
      : String.fromCharCode(Number.parseInt(code, 16)),
  )

/** `\xc3\x84` and `\303\204`. */
const unescapeOctets: Decoder = (text) =>
  text.replace(/(?:\\x[0-9a-f]{2}|\\[0-3][0-7]{2})+/gi, (run) =>
    Buffer.from(
      run
        .split('\\')
        .slice(1)
        .map((part) =>
          part.startsWith('x') ? Number.parseInt(part.slice(1), 16) : Number.parseInt(part, 8),
        ),
    ).toString('utf8'),
  )

/** Whichever characters are encoded. */
const unescapeUrl: Decoder = (text) =>
  text.replace(/(?:%[0-9a-f]{2})+/gi, (run) =>
    Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8'),
  )

const unescapeForm: Decoder = (text) => unescapeUrl(text.replaceAll('+', ' '))

const unescapeHtml: Decoder = (text) =>
  text.replace(/&(?:#(\d{1,6})|#x([0-9a-f]{1,5})|([a-z]{2,4}));/gi, (all, decimal, hex, name) => {
    if (name !== undefined) return entities[name.toLowerCase()] ?? all
    return String.fromCodePoint(
      decimal === undefined ? Number.parseInt(hex, 16) : Number.parseInt(decimal, 10),
    )
  })

/** `30:6c`, `30 6c`, `0x30, 0x6c`, `306C`. */
const readHex: Decoder = (text) =>
  text.replace(/(?:(?:0x)?[0-9a-f]{2}(?:, ?|[: -])?){4,}/gi, (run) =>
    Buffer.from(run.replace(/0x|[^0-9a-f]/gi, ''), 'hex').toString('utf8'),
  )

/** `48, 108`, as in the JSON of a buffer. */
const readDecimal: Decoder = (text) =>
  text.replace(/\d{1,3}(?:, ?\d{1,3}){3,}/g, (run) =>
    Buffer.from(run.split(',').map(Number)).toString('utf8'),
  )

const decoders = [
  unescapeJson,
  unescapeOctets,
  unescapeUrl,
  unescapeForm,
  unescapeHtml,
  readHex,
  readDecimal,
]
const times = /\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d:\d\d)?\b/g
/** A line without any of these is in its only form. */
const maybeEncoded = /[\\%&+]|(?:[0-9a-f]{2}[:, -]{0,2}(?:0x)?){4}|\d, ?\d/i

/**
 * A line as it is, and decoded in every way that logs, addresses and pages encode text, also several
 * times: `\\\"` becomes `\"` and `"`.
 */
export function* normalForms(line: string): Generator<string> {
  yield line
  // each line of a log has a time, which would be taken for hexadecimal
  const timeless = line.replace(times, ' ')
  if (!maybeEncoded.test(timeless)) return
  const seen = new Set([timeless])
  let newest = [timeless]
  for (let round = 0; round < maxRounds && newest.length > 0; round++) {
    const decoded = newest.flatMap((text) => decoders.map((decode) => decode(text)))
    newest = [...new Set(decoded)].filter((text) => !seen.has(text))
    for (const text of newest) {
      seen.add(text)
      yield text
    }
  }
}
