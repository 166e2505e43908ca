/**
 * Modhex: hexadecimal digits by letters whose keys lie at the same place in most keyboard layouts
 * (docs.yubico.com, "Modhex encoding").
 */
const modhex = 'cbdefghijklnrtuv'

/** What the same keys type on a computer that is set to Dvorak. */
const dvorak = 'jxe.uidchtnbpygk'

/**
 * Text as a YubiKey types it, on whatever layout and with caps lock, in lower-case modhex.
 *
 * @returns `undefined` for what is not modhex in any of them.
 */
export function readModhex(typed: string): string | undefined {
  const lower = typed.toLowerCase()
  const layout = [modhex, dvorak].find((letters) =>
    [...lower].every((key) => letters.includes(key)),
  )
  if (layout === undefined) return undefined
  return [...lower].map((key) => modhex[layout.indexOf(key)]).join('')
}

/** The octets that modhex stands for. @param text As `readModhex` gives it, of even length. */
export function modhexOctets(text: string): Buffer {
  return Buffer.from([...text].map((letter) => modhex.indexOf(letter).toString(16)).join(''), 'hex')
}
