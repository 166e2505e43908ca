import {
  foldService,
  HighlightStyle,
  indentService,
  LanguageSupport,
  StreamLanguage,
  syntaxHighlighting,
} from '@codemirror/language'
import { tags } from '@lezer/highlight'

interface LineState {
  /** Indentation of the entry whose value may continue; -1 without one. */
  indent: number
  isInValue: boolean
}

/** `authproxy.cfg` as `src/config/ini_document.ts` reads it. */
const iniLanguage = StreamLanguage.define<LineState>({
  name: 'authproxy.cfg',
  startState: () => ({ indent: -1, isInValue: false }),
  token: (stream, state) => {
    if (stream.sol()) {
      state.isInValue = false
      const indent = /^\s*/.exec(stream.string)?.[0].length ?? 0
      stream.eatSpace()
      const next = stream.peek()
      if (next === undefined) return null
      if (next === ';' || next === '#') {
        stream.skipToEnd()
        return 'comment'
      }
      if (state.indent >= 0 && indent > state.indent) {
        stream.skipToEnd()
        return 'string'
      }
      state.indent = -1
      if (next === '[') {
        stream.match(/^\[[^\]]*\]?/)
        return 'heading'
      }
      if (stream.match(/^[^=:]+(?=[=:])/)) {
        state.indent = indent
        return 'propertyName'
      }
      stream.skipToEnd()
      return 'invalid'
    }
    if (!state.isInValue && stream.match(/^[=:]/)) {
      state.isInValue = true
      return 'operator'
    }
    if (stream.eatSpace()) return null
    const rest = stream.string.slice(stream.pos).trim()
    stream.skipToEnd()
    if (!state.isInValue) return 'comment'
    if (/^(true|false|yes|no|on|off)$/i.test(rest)) return 'bool'
    return /^\d+$/.test(rest) ? 'number' : 'string'
  },
  languageData: { commentTokens: { line: ';' } },
})

const classes = HighlightStyle.define([
  { tag: tags.heading, class: 'ini-section' },
  { tag: tags.propertyName, class: 'ini-key' },
  { tag: tags.comment, class: 'ini-comment' },
  { tag: [tags.bool, tags.number], class: 'ini-word' },
  { tag: tags.string, class: 'ini-value' },
  { tag: tags.operator, class: 'ini-operator' },
  { tag: tags.invalid, class: 'ini-invalid' },
])

/** A section folds from its header to the last line before the next one. */
const sectionFolding = foldService.of((state, from) => {
  const first = state.doc.lineAt(from)
  if (!/^\s*\[/.test(first.text)) return null
  let last = first.number
  for (let number = first.number + 1; number <= state.doc.lines; number++) {
    const { text } = state.doc.line(number)
    if (/^\s*\[/.test(text)) break
    if (!/^\s*([;#].*)?$/.test(text)) last = number
  }
  return last === first.number ? null : { from: first.to, to: state.doc.line(last).to }
})

/** Only a line that continues a value is indented; after an indented key, the next one begins at the margin. */
const valueIndentation = indentService.of((context, position) => {
  const { text } = context.lineAt(position, -1)
  const isContinuation =
    /^\s+\S/.test(text) && !/^\s+(\[|[a-z][a-z0-9_]*\s*[=:]\s*[^=\s])/i.test(text)
  return isContinuation ? null : 0
})

export const ini = new LanguageSupport(iniLanguage, [
  syntaxHighlighting(classes),
  sectionFolding,
  valueIndentation,
])
