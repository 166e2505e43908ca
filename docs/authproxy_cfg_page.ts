import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Option, SectionKind } from '../src/proxy/sections/option.ts'
import { sectionTable } from '../src/proxy/sections/section_table.ts'

/** `docs/authproxy.cfg.md`: the text comes from `parts/`, the keys from the table. */
export function authproxyCfgPage(): string {
  const intro = readFileSync(join(import.meta.dirname, 'parts/authproxy.cfg.md'), 'utf8')
  const served = sectionTable.filter(({ support }) => support === 'supported')
  const later = sectionTable.filter(({ support }) => support === 'not yet')
  const never = sectionTable.filter(({ support }) => support === 'never')
  return [
    '<!-- Made by `npm run docs` from src/proxy/sections/section_table.ts and docs/parts/authproxy.cfg.md; change those. -->',
    '',
    intro.trimEnd(),
    '',
    '## Sections and keys',
    '',
    '**Bold** keys are required. _ours_ marks keys that the vendor’s proxy does not have: it warns of them or',
    'ignores them. _[main]_ marks keys whose value in `[main]` is the default of the section.',
    '',
    ...served.flatMap(sectionPart),
    '## Sections that are recognised, but not supported yet',
    '',
    'The proxy refuses a file with one of them, and names the line: starting with only a part of the',
    'configuration would be dangerous. The keys of these sections are checked all the same.',
    '',
    ...later.flatMap(laterPart),
    '## Sections that will not be supported',
    '',
    ...never.map(({ name, advice, meaning }) => `- \`[${name}]\` (${meaning}): ${advice}.`),
    '',
  ].join('\n')
}

function sectionPart(kind: SectionKind): string[] {
  const number = kind.repeated === true ? `, \`[${kind.name}2]\`, …` : ''
  return [`### \`[${kind.name}]\`${number}`, '', `${sentence(kind.meaning)}.`, '', ...table(kind)]
}

function laterPart(kind: SectionKind): string[] {
  return [
    '<details>',
    `<summary><code>[${kind.name}]</code>: ${kind.meaning}</summary>`,
    '',
    ...table(kind),
    '</details>',
    '',
  ]
}

function table({ options }: SectionKind): string[] {
  return [
    '| key | value | default | meaning |',
    '| --- | --- | --- | --- |',
    ...options.map((option) => {
      const cells = [keyCell(option), valueCell(option), defaultCell(option), meaningCell(option)]
      return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
    }),
    '',
  ]
}

function keyCell(option: Option): string {
  const names = [`\`${option.key}${option.numbered === true ? '_N' : ''}\``]
  if (option.more === true) names.push(`\`${option.key}_2\` …`)
  if (option.type === 'secret') {
    names.push(`or \`${option.key}_protected${option.numbered === true ? '_N' : ''}\``)
  }
  const [first, ...others] = names
  return [option.required === true ? `**${first}**` : first, ...others]
    .join(', ')
    .replace(', or', ' or')
}

function valueCell(option: Option): string {
  switch (option.type) {
    case 'boolean':
      return '`true` or `false`'
    case 'enum':
      return (option.values ?? [])
        .map((value) => `\`${value}\``)
        .join(', ')
        .replace(/(`LOG_LOCAL0`), .*(`LOG_LOCAL7`)/, '$1 … $2')
    case 'integer': {
      const upTo = option.max === undefined ? ' or more' : ` to ${option.max}`
      return `number, ${option.min ?? 0}${upTo}`
    }
    case 'port':
      return '1 to 65535'
    default:
      return valueNames[option.type]
  }
}

const valueNames: Readonly<
  Record<Exclude<Option['type'], 'boolean' | 'enum' | 'integer' | 'port'>, string>
> = {
  text: 'text',
  secret: 'secret',
  path: 'path',
  host: 'host name or address',
  address: 'IP address',
  addresses: 'address, network or range',
  list: 'words, with commas between',
  section: 'name of a section',
  attribute: 'name of a RADIUS attribute',
  codec: 'encoding',
  aliases: '`word=factor, …`',
}

function defaultCell(option: Option): string {
  return option.default === undefined ? '' : `\`${option.default}\``
}

function meaningCell(option: Option): string {
  const marks = [
    ...(option.ours === true ? ['_ours_'] : []),
    ...(option.inherited === true ? ['_[main]_'] : []),
    ...(option.support === 'not yet' ? ['_not yet supported, no effect_'] : []),
    ...(option.support === 'never' ? ['_not supported, no effect_'] : []),
  ]
  return [`${sentence(option.meaning)}.`, ...marks].join(' ')
}

function sentence(text: string): string {
  return /^[`a-z]+_/.test(text) ? text : text.charAt(0).toUpperCase() + text.slice(1)
}
