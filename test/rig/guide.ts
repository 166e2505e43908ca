import { readFileSync } from 'node:fs'
import { basename } from 'node:path'

/** A fenced block of a page. */
export interface CodeBlock {
  /** `page.md:12` */
  readonly at: string
  readonly language: string
  /** The heading of level 2 above it. */
  readonly section: string
  readonly text: string
  readonly page: string
  /** From a comment before the block, `<!-- file: PATH -->`: where the reader puts it. */
  readonly file: string | undefined
  /** The name in a comment before the block, `<!-- run: NAME -->`, which readers do not see. */
  readonly marker: string | undefined
}

/** Finds the fenced blocks of a Markdown file, those in lists too. */
export function codeBlocks(file: string): readonly CodeBlock[] {
  const lines = readFileSync(file, 'utf8').split('\n')
  const blocks: CodeBlock[] = []
  let section = ''
  let marker: string | undefined
  let path: string | undefined
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? ''
    if (line.startsWith('## ')) section = line.slice(3)
    const [, name] = /^\s*<!-- run: (\S+) -->$/.exec(line) ?? []
    const [, named] = /^\s*<!-- file: (\S+) -->$/.exec(line) ?? []
    if (name !== undefined) marker = name
    else if (named !== undefined) path = named
    else if (!/^\s*```/.test(line) && line.trim() !== '') marker = path = undefined
    const [, indent = '', language = ''] = /^(\s*)```(\S*)$/.exec(line) ?? [undefined]
    if (!/^\s*```/.test(line)) continue
    const start = at + 1
    while (++at < lines.length && !/^\s*```$/.test(lines[at] ?? ''));
    const text = lines.slice(start, at).map((one) => one.slice(indent.length))
    blocks.push({
      at: `${basename(file)}:${start}`,
      language,
      section,
      text: `${text.join('\n')}\n`,
      page: basename(file),
      marker,
      file: path,
    })
    marker = path = undefined
  }
  return blocks
}
