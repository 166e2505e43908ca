/**
 * Modhex: hexadecimal digits as letters whose keys are at the same place in most keyboard layouts
 * (docs.yubico.com, "Modhex encoding").
 */
const modhex = 'cbdefghijklnrtuv'

/** The same keys in the Dvorak layout. */
const dvorak = 'jxe.uidchtnbpygk'

/**
 * Normalises text that a YubiKey typed, in any layout and with caps lock, to lower-case modhex.
 *
 * @returns `undefined` if it is not modhex in any layout.
 */
export function readModhex(typed: string): string | undefined {
  const lower = typed.toLowerCase()
  const layout = [modhex, dvorak].find((letters) =>
    [...lower].every((key) => letters.includes(key)),
  )
  if (layout === undefined) return undefined
  return [...lower].map((key) => modhex[layout.indexOf(key)]).join('')
}

/** Decodes modhex. @param text As `readModhex` returns it, of even length. */
export function modhexOctets(text: string): Buffer {
  return Buffer.from([...text].map((letter) => modhex.indexOf(letter).toString(16)).join(''), 'hex')
}
