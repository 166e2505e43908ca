import { X509Certificate } from 'node:crypto'
import { accessSync, constants, readFileSync, statSync } from 'node:fs'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { attributeNamed } from '../../radius/index.ts'
import { addressesProblem, addressProblem } from './address_value.ts'
import { hostProblem } from './host_value.ts'
import type { Option } from './option.ts'

const trueWords = ['1', 'yes', 'true', 'on']
const falseWords = ['0', 'no', 'false', 'off']

const mayHoldEquals = new Set<Option['type']>(['text', 'secret', 'path', 'list', 'aliases'])

/** The words that `factor_aliases` may stand for. */
const factorWord = /^(auto|(push|phone|sms)[1-9]?\d?)$/

/**
 * Says what is wrong with a value; `undefined` where nothing is. A secret is never repeated.
 *
 * @param file The configuration: relative paths are looked for beside it and one folder above.
 */
export function valueProblem(option: Option, value: string, file: string): string | undefined {
  if (value === '') return 'is empty; give it a value or remove the line'
  // what stands behind it may be a secret, so it is not repeated
  if (!mayHoldEquals.has(option.type) && value.includes('=')) {
    return 'has another = in its value; a line end is probably missing'
  }
  switch (option.type) {
    case 'boolean':
      return parseBoolean(value) === undefined ? `is '${value}'; expected true or false` : undefined
    case 'integer':
      return integerProblem(value, option.min ?? 0, option.max ?? Number.MAX_SAFE_INTEGER)
    case 'port':
      return integerProblem(value, 1, 65535)
    case 'enum': {
      const values = option.values ?? []
      const known = values.some((word) => word.toLowerCase() === value.toLowerCase())
      return known ? undefined : `is '${value}'; expected ${values.join(' | ')}`
    }
    case 'path': {
      const path = existingPath(value, file)
      if (option.key === 'log_dir') return undefined
      if (path !== undefined) return option.certificates ? certificatesProblem(path) : undefined
      return `names the file '${value}', which is not there or can't be read`
    }
    case 'address':
      return addressProblem(option.key, value)
    case 'addresses':
      return addressesProblem(value)
    case 'host':
      return hostProblem(option.key, value)
    case 'attribute': {
      const known = value.toLowerCase() === 'paloalto' || attributeNamed(value) !== undefined
      return known ? undefined : `is '${value}', which is no RADIUS attribute known here`
    }
    case 'codec':
      return codecLabel(value) === undefined
        ? `is '${value}', which is no encoding known here; expected utf-8, latin-1, cp1252, …`
        : undefined
    case 'aliases':
      return aliasesProblem(value)
    case 'text':
    case 'secret':
    case 'list':
    case 'section':
      return undefined
  }
}

export function parseBoolean(value: string): boolean | undefined {
  const word = value.toLowerCase()
  if (trueWords.includes(word)) return true
  return falseWords.includes(word) ? false : undefined
}

/** The label by which TextDecoder knows an encoding that Python calls by another name. */
export function codecLabel(value: string): string | undefined {
  const label = value.toLowerCase().replaceAll('_', '-')
  const known = new Map([
    ['latin-1', 'latin1'],
    ['iso8859-1', 'latin1'],
    ['cp1252', 'windows-1252'],
    ['cp1251', 'windows-1251'],
    ['cp1250', 'windows-1250'],
    ['utf8', 'utf-8'],
  ]).get(label)
  try {
    return new TextDecoder(known ?? label).encoding
  } catch {
    return undefined
  }
}

/** `1=push, p=push, call=phone`: the words, in lower case, and what each stands for. */
export function parseAliases(value: string): Map<string, string> {
  return new Map(
    value.split(',').map((pair) => {
      const [word = '', factor = ''] = pair.split('=')
      return [word.trim().toLowerCase(), factor.trim().toLowerCase()] as const
    }),
  )
}

/** Where a path of the configuration leads: itself, or beside the file, or one folder above. */
export function existingPath(value: string, file: string): string | undefined {
  const folder = dirname(resolve(file))
  const candidates = isAbsolute(value) ? [value] : [join(folder, value), join(folder, '..', value)]
  return candidates.find(isReadable)
}

function certificatesProblem(path: string): string | undefined {
  const text = readFileSync(path, 'latin1')
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? []
  if (blocks.length === 0) {
    return `names the file '${path}', which holds no certificate; expected PEM (-----BEGIN CERTIFICATE-----)`
  }
  for (const [index, block] of blocks.entries()) {
    try {
      new X509Certificate(block)
    } catch {
      return `names the file '${path}', whose certificate no. ${index + 1} can't be read`
    }
  }
  return undefined
}

function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}

function integerProblem(value: string, min: number, max: number): string | undefined {
  const number = Number(value)
  if (/^\d+$/.test(value) && number >= min && number <= max) return undefined
  const upTo =
    max === Number.MAX_SAFE_INTEGER
      ? `a whole number from ${min} on`
      : `a whole number from ${min} to ${max}`
  return `is '${value}'; expected ${upTo}`
}

function aliasesProblem(value: string): string | undefined {
  const words = new Set<string>()
  for (const pair of value.split(',')) {
    const [word = '', factor = '', another] = pair
      .split('=')
      .map((part) => part.trim().toLowerCase())
    if (word === '') return 'has an empty word; expected word=factor, …'
    if (another !== undefined) return `has another = behind '${word}'; expected word=factor, …`
    if (!factorWord.test(factor))
      return `gives '${word}' the factor '${factor}'; expected push, phone, sms or auto, with or without a number`
    if (words.has(word)) return `has the word '${word}' twice`
    words.add(word)
  }
  return undefined
}
