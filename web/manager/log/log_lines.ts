/** A line of `authproxy.log`. */
export interface LogLine {
  readonly id: number
  readonly text: string
  readonly level: LogLevel
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

const levels: readonly LogLevel[] = ['debug', 'info', 'warn', 'error']
const maxLines = 5000

/** The lines that are shown: at most 5000, the newest. */
export class LogLines {
  #next = 0
  #previous = -1

  append(lines: readonly LogLine[], texts: readonly string[]): readonly LogLine[] {
    const added: LogLine[] = []
    for (const text of texts) {
      added.push({ id: this.#next++, text, level: levelOf(text, added.at(-1) ?? lines.at(-1)) })
    }
    return [...lines, ...added].slice(-maxLines)
  }

  prepend(lines: readonly LogLine[], texts: readonly string[]): readonly LogLine[] {
    const added: LogLine[] = []
    this.#previous -= texts.length
    for (const [index, text] of texts.entries()) {
      added.push({ id: this.#previous + index, text, level: levelOf(text, added.at(-1)) })
    }
    return [...added, ...lines]
  }
}

/** A line without a level continues the one above. */
function levelOf(text: string, above: LogLine | undefined): LogLevel {
  const found = /^\S+ \[[^\]]*#(debug|info|warn|error)\]/.exec(text)?.[1]
  return levels.find((level) => level === found) ?? above?.level ?? 'info'
}

/** Lines of a level or above that contain a text, in any case. */
export function filterLines(
  lines: readonly LogLine[],
  { level, search }: { readonly level: LogLevel; readonly search: string },
): readonly LogLine[] {
  const lowest = levels.indexOf(level)
  const wanted = search.trim().toLowerCase()
  return lines.filter(
    (line) =>
      levels.indexOf(line.level) >= lowest &&
      (wanted === '' || line.text.toLowerCase().includes(wanted)),
  )
}
