/** A file as the editor holds it: with `\n`, and without a byte order mark. */
export interface LoadedText {
  readonly body: string
  readonly lineEnd: string
  readonly mark: string
}

const byteOrderMark = '\uFEFF'

export function loadText(text: string): LoadedText {
  const mark = text.startsWith(byteOrderMark) ? byteOrderMark : ''
  const ends = text.match(/\r\n|\n|\r/g) ?? []
  const windows = ends.filter((end) => end === '\r\n').length
  const lineEnd = windows > ends.length / 2 ? '\r\n' : '\n'
  return { body: text.slice(mark.length).replace(/\r\n|\r/g, '\n'), lineEnd, mark }
}

/** The text as it is saved, with the line ends and the mark of the file. */
export function printText(body: string, { lineEnd, mark }: LoadedText): string {
  return mark + body.replaceAll('\n', lineEnd)
}
