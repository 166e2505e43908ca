/** Control characters beside tab and line feed, and marks that change the direction of the text. */
const harmful = /(?![\n\t])[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu

/**
 * Text from a file, the network or another account, as it may go to a terminal: what a terminal would obey
 * is shown as `\u001b`. JSON text stays JSON with the same meaning.
 */
export function printable(text: string): string {
  return text.replace(
    harmful,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
