import type { Fix } from '../../config/fix.ts'
import { IniDocument, type IniEntry, type IniSection } from '../../config/ini_document.ts'
import type { Problem } from '../../config/problem.ts'
import { parseKeyLine } from './key_line.ts'
import { listLines, type TextChange, type TextLine } from './text_lines.ts'

/** A correction, ready to be applied. */
export interface QuickFix {
  /** What it does, as the label of a button. */
  readonly label: string
  readonly changes: readonly TextChange[]
}

type FixOf<Kind extends Fix['kind']> = Extract<Fix, { readonly kind: Kind }>

/**
 * The correction of a problem, if it has an obvious one.
 *
 * @param makeSecret Creates a new random secret.
 */
export function findQuickFix(
  text: string,
  { line, fix }: Pick<Problem, 'line' | 'fix'>,
  makeSecret: () => string,
): QuickFix | undefined {
  if (fix === undefined) return undefined
  const place = new Place(text, line)
  switch (fix.kind) {
    case 'rename-key':
      return renameKey(place, fix)
    case 'rename-section':
      return renameSection(place, fix)
    case 'set-value':
      return setValue(place, fix)
    case 'add-key':
      return addKey(place, fix, makeSecret)
    case 'add-section':
      return addSection(place, fix, makeSecret)
    case 'remove-indentation':
      return removeIndentation(place)
    case 'remove-line':
      return removeEntry(place)
    case 'move-to-section':
      return moveToSection(place, fix)
    case 'move-comment':
      return moveComment(place)
    case 'remove-quotes':
      return removeQuotes(place)
  }
}

/** The line of a problem, in its section. */
class Place {
  readonly text: string
  readonly lines: readonly TextLine[]
  readonly line: TextLine | undefined
  readonly sections: readonly IniSection[]
  readonly section: IniSection | undefined
  /** The entry that the line begins or continues. */
  readonly entry: IniEntry | undefined

  constructor(text: string, number: number) {
    this.text = text
    this.lines = listLines(text)
    this.line = this.lines[number - 1]
    this.sections = IniDocument.parse(text).sections
    this.section = this.sections.findLast((section) => section.line <= number)
    this.entry = this.section?.entries.find(
      ({ line, continuations }) =>
        line === number || continuations.some((continuation) => continuation.line === number),
    )
  }

  get key() {
    return this.line === undefined ? undefined : parseKeyLine(this.line)
  }

  get lineEnd(): string {
    return /\r\n|\n|\r/.exec(this.text)?.[0] ?? '\n'
  }

  /** Last line of an entry, with its continuation lines. */
  lastLine({ line, continuations }: IniEntry): number {
    return continuations.at(-1)?.line ?? line
  }

  /** Inserts a line of text below a line. */
  insertBelow(number: number, inserted: string): TextChange {
    const at = this.lines[number - 1]?.to ?? this.text.length
    return { from: at, to: at, insert: this.lineEnd + inserted }
  }

  /** Removes whole lines, with one line end. */
  remove(first: number, last: number): TextChange {
    const from = this.lines[first - 1]?.from ?? 0
    const next = this.lines[last]
    if (next !== undefined) return { from, to: next.from, insert: '' }
    const before = this.lines[first - 2]
    return { from: before?.to ?? from, to: this.text.length, insert: '' }
  }
}

function renameKey({ key }: Place, { to }: FixOf<'rename-key'>): QuickFix | undefined {
  if (key === undefined) return undefined
  return { label: `Change to ${to}`, changes: [{ from: key.keyFrom, to: key.keyTo, insert: to }] }
}

function renameSection({ line }: Place, { to }: FixOf<'rename-section'>): QuickFix | undefined {
  const found = /^(\s*\[)([^\]]*)\]/.exec(line?.text ?? '')
  if (line === undefined || found === null) return undefined
  const from = line.from + (found[1] ?? '').length
  const change = { from, to: from + (found[2] ?? '').length, insert: to }
  return { label: `Change to [${to}]`, changes: [change] }
}

function setValue(place: Place, { value, and }: FixOf<'set-value'>): QuickFix | undefined {
  const { key, entry, section } = place
  if (key === undefined || entry === undefined) {
    return undefined
  }
  const changes: TextChange[] = [{ from: key.valueFrom, to: key.valueTo, insert: value }]
  if (and === undefined) return { label: `Change to ${value}`, changes }
  const other = section?.entries.find((candidate) => candidate.key.toLowerCase() === and.key)
  const line = other === undefined ? undefined : place.lines[other.line - 1]
  const present = line === undefined ? undefined : parseKeyLine(line)
  changes.push(
    present === undefined
      ? place.insertBelow(place.lastLine(entry), `${key.indentation}${and.key}=${and.value}`)
      : { from: present.valueFrom, to: present.valueTo, insert: and.value },
  )
  return { label: `Change to ${value}, and ${and.key} to ${and.value}`, changes }
}

function addKey(
  place: Place,
  { key, isSecret }: FixOf<'add-key'>,
  makeSecret: () => string,
): QuickFix | undefined {
  const { entry, line } = place
  if (line === undefined) return undefined
  const below = entry === undefined ? line.number : place.lastLine(entry)
  const indentation = place.key?.indentation ?? ''
  const value = isSecret ? makeSecret() : ''
  return {
    label: isSecret ? `Add ${key} with a new random secret` : `Add ${key}`,
    changes: [place.insertBelow(below, `${indentation}${key}=${value}`)],
  }
}

function addSection(
  { text, lineEnd }: Place,
  { name }: FixOf<'add-section'>,
  makeSecret: () => string,
): QuickFix {
  const keys = ['ikey=', 'skey=', 'api_host=', 'radius_ip_1=', `radius_secret_1=${makeSecret()}`]
  const written = text.trimEnd()
  const before = written === '' ? '' : lineEnd + lineEnd
  const insert = before + [`[${name}]`, ...keys, ''].join(lineEnd)
  return { label: `Add [${name}]`, changes: [{ from: written.length, to: text.length, insert }] }
}

function removeIndentation({ line, entry, lines }: Place): QuickFix | undefined {
  const first = lines[(entry?.line ?? 0) - 1]
  if (line === undefined || first === undefined) return undefined
  const [own, wanted] = [line, first].map(({ text }) => text.length - text.trimStart().length)
  const indentation = first.text.slice(0, wanted)
  const change = { from: line.from, to: line.from + (own ?? 0), insert: indentation }
  return { label: 'Remove the indentation', changes: [change] }
}

function removeEntry(place: Place): QuickFix | undefined {
  const { entry } = place
  if (entry === undefined) return undefined
  const change = place.remove(entry.line, place.lastLine(entry))
  return { label: 'Remove this line', changes: [change] }
}

function moveToSection(
  place: Place,
  { section: name }: FixOf<'move-to-section'>,
): QuickFix | undefined {
  const { entry, lines, sections, lineEnd, text } = place
  if (entry === undefined) return undefined
  const last = place.lastLine(entry)
  const moved = lines.slice(entry.line - 1, last).map((line) => line.text)
  const removed = place.remove(entry.line, last)
  const target = sections.find((section) => section.name.toLowerCase().replace(/\d+$/, '') === name)
  const end = target?.entries.at(-1)
  const below = end === undefined ? target?.line : place.lastLine(end)
  const inserted =
    below === undefined
      ? {
          from: text.length,
          to: text.length,
          insert: [lineEnd, `[${name}]`, ...moved, ''].join(lineEnd),
        }
      : place.insertBelow(below, moved.join(lineEnd))
  return { label: `Move to [${target?.name ?? name}]`, changes: [removed, inserted] }
}

function moveComment({ key, line, lineEnd }: Place): QuickFix | undefined {
  const found = /\s+([;#]+)\s*/.exec(key?.value ?? '')
  if (key === undefined || line === undefined || found === null) return undefined
  const comment = key.value.slice(found.index).trim()
  return {
    label: 'Move the comment to a line of its own',
    changes: [
      { from: line.from, to: line.from, insert: `${key.indentation}${comment}${lineEnd}` },
      { from: key.valueFrom + found.index, to: key.valueTo, insert: '' },
    ],
  }
}

function removeQuotes({ key }: Place): QuickFix | undefined {
  if (key === undefined) return undefined
  const change = { from: key.valueFrom, to: key.valueTo, insert: key.value.slice(1, -1) }
  return { label: 'Remove the quotes', changes: [change] }
}
