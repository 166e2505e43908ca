const width = 80

/**
 * Formats texts by key as Python's `pprint` shows a dictionary: sorted, on one line if it fits, else
 * with one key on each line. The vendor's tool indents the further lines by three.
 */
export function formatPythonDict(values: Readonly<Record<string, string>>): string {
  const items = Object.entries(values)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, value]) => `${formatPythonString(key)}: ${formatPythonString(value)}`)
  const line = `{${items.join(', ')}}`
  return line.length <= width ? line : `{${items.join(',\n   ')}}`
}

/** As Python's `repr`: single quotes, unless only the text has some. */
function formatPythonString(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'"
  // biome-ignore lint/suspicious/noControlCharactersInRegex: matching them is the purpose
  const escaped = text.replace(/[\\\u0000-\u001f\u007f-\u00a0\u2028\u2029]/g, escapeCharacter)
  return `${quote}${quote === "'" ? escaped.replaceAll("'", "\\'") : escaped}${quote}`
}

const named: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
}

function escapeCharacter(character: string): string {
  const code = character.charCodeAt(0)
  const hex = code.toString(16)
  return (
    named[character] ?? (code > 255 ? `\\u${hex.padStart(4, '0')}` : `\\x${hex.padStart(2, '0')}`)
  )
}
