/**
 * Invisible or meaningless: control, format, private-use and unassigned characters, and U+FFFD, which
 * replaces undecodable bytes.
 */
const invisible = /[\p{C}\p{Default_Ignorable_Code_Point}\u2800\ufffc\ufffd]/gv

/**
 * Accents and the like. Vowel signs of scripts that write vowels as marks (Devanagari, Thai, …) are
 * letters of a name, as they are for Active Directory; the points of Hebrew and Arabic are not.
 */
const marks =
  /[\p{M}--\p{Alphabetic}]|[\p{M}&&[\p{sc=Zinh}\p{sc=Zyyy}\p{sc=Latn}\p{sc=Grek}\p{sc=Cyrl}\p{sc=Hebr}\p{sc=Arab}\p{sc=Syrc}]]/gv

/**
 * Text without what Unicode itself says does not make a different letter: compatibility forms
 * (width, ligatures, mathematical letters), marks and invisible characters.
 */
export function reducedText(text: string): string {
  return text.normalize('NFKD').replace(marks, '').replace(invisible, '')
}
