/** Thrown for text that is not JSON. The message has a position, and nothing of the text, which may be a secret. */
export class JsonError extends Error {
  override readonly name = 'JsonError'
}

/**
 * Parses JSON of which errors are shown. `JSON.parse` quotes the text in its errors: the first characters of a file
 * with a secret that was named by mistake.
 *
 * @throws {JsonError}
 */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const place = /\(line \d+ column \d+\)/.exec(error instanceof Error ? error.message : '')?.[0]
    const where = place === undefined ? '' : ` ${place}`
    throw new JsonError(text.trim() === '' ? 'it is empty' : `it is not valid JSON${where}`)
  }
}
