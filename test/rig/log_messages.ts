import { globSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'

const root = resolve(import.meta.dirname, '../..')
/** A part of a message that is known at run time only. */
export const hole = '…'

/** A warning or an error in the source. */
export interface LogMessage {
  /** `src/proxy/proxy.ts:100` */
  readonly at: string
  readonly file: string
  /** With a `…` for each part that is known at run time only; `undefined` if that is all of it. */
  readonly text: string | undefined
}

const calls = /(?:\blog|\blogger)\??\.(?:warn|error)\(|\breport\(\s*'(?:warn|error)',\s*(?=[`'"])/g

/** Finds the calls that log a warning or an error, below `src`. */
export function loggedMessages(): readonly LogMessage[] {
  return globSync('src/**/*.ts', { cwd: root })
    .sort()
    .flatMap((file) => {
      const source = read(file)
      return [...source.matchAll(calls)].flatMap((call) => {
        const at = `${file}:${source.slice(0, call.index).split('\n').length}`
        const texts = literals(firstArgument(source, call.index + call[0].length))
        const known: readonly (string | undefined)[] = texts.length === 0 ? [undefined] : texts
        return known.map((text) => ({ at, file, text }))
      })
    })
}

/** All texts in a file that read like a message, for calls whose message comes from elsewhere. */
export function textsIn(file: string): readonly LogMessage[] {
  return literals(read(file))
    .filter((text) => /\S+ \S+ \S+/.test(text.replaceAll(hole, '')))
    .map((text) => ({ at: file, file, text }))
}

function read(file: string): string {
  const source = readFileSync(resolve(root, file), 'utf8')
  // comments, without changing the number of lines
  return source
    .replaceAll(/\/\*[\s\S]*?\*\//g, (comment) => comment.replaceAll(/[^\n]/g, ' '))
    .replaceAll(/^\s*\/\/.*$/gm, '')
    .replaceAll(/^import [\s\S]*? from '.*'$/gm, (line) => line.replaceAll(/[^\n]/g, ' '))
}

/** The text of the argument that begins at `start`. */
function firstArgument(source: string, start: number): string {
  let depth = 0
  for (let at = start; at < source.length; at++) {
    const character = source[at] ?? ''
    if (`'"\``.includes(character)) at = endOfLiteral(source, at)
    else if ('([{'.includes(character)) depth++
    else if (depth === 0 && ',)'.includes(character)) return source.slice(start, at)
    else if (')]}'.includes(character)) depth--
  }
  return ''
}

/** String and template literals; those joined by `+` are one. */
function literals(source: string): string[] {
  const found: string[] = []
  let joined = false
  for (let at = 0; at < source.length; at++) {
    const character = source[at] ?? ''
    // an apostrophe in a regular expression begins no literal
    if (character === '/' && /[=(,:]\s*$/.test(source.slice(Math.max(0, at - 20), at))) {
      at = source.indexOf('\n', at)
      continue
    }
    if (!`'"\``.includes(character)) {
      if (!/[\s+]/.test(character)) joined = false
      else if (character === '+') joined = true
      continue
    }
    const end = endOfLiteral(source, at)
    const text = textOf(source.slice(at + 1, end))
    if (joined && found.length > 0) found.push(`${found.pop()}${text}`)
    else found.push(text)
    joined = false
    at = end
  }
  return found
}

/** The index of the quote that ends the literal at `start`. */
function endOfLiteral(source: string, start: number): number {
  const quote = source[start]
  for (let at = start + 1; at < source.length; at++) {
    if (source[at] === '\\') at++
    else if (source[at] === quote) return at
    else if (quote === '`' && source.startsWith('${', at)) at = endOfHole(source, at)
  }
  return source.length
}

/** The index of the brace that ends `${…}`. */
function endOfHole(source: string, start: number): number {
  let depth = 0
  for (let at = start; at < source.length; at++) {
    const character = source[at] ?? ''
    if (`'"\``.includes(character)) at = endOfLiteral(source, at)
    else if (character === '{') depth++
    else if (character === '}' && --depth === 0) return at
  }
  return source.length
}

function textOf(literal: string): string {
  let text = ''
  for (let at = 0; at < literal.length; at++) {
    if (literal[at] === '\\') text += literal[++at]
    else if (literal.startsWith('${', at)) {
      text += hole
      at = endOfHole(literal, at)
    } else text += literal[at]
  }
  return text
}
