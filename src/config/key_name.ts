import { findNearest } from './nearest_name.ts'
import type { ConfigTable, Option, Options } from './option.ts'

/** A key as it is written, taken apart: `radius_secret_protected_2`. */
export interface KeyName {
  /** Key of the option: `radius_secret`. */
  readonly key: string
  /** `undefined` if the key is written without a number. */
  readonly number: number | undefined
  /** Whether the value is encrypted. */
  readonly isProtected: boolean
}

type Rules = Pick<ConfigTable, 'protectedSecrets'>

/**
 * Takes a key apart.
 *
 * @param written In lower case.
 * @returns `undefined` if no option is written like this.
 */
export function parseKeyName(
  written: string,
  options: Options,
  rules: Rules,
): (KeyName & { readonly option: Option }) | undefined {
  for (const [key, option] of Object.entries(options)) {
    for (const isProtected of listForms(option, rules)) {
      const stem = formatKeyName({ key, number: undefined, isProtected })
      const number = parseNumber(written, stem)
      if (written === stem && option.numbering !== 'each') {
        return { key, option, number: undefined, isProtected }
      }
      if (number !== undefined && option.numbering !== undefined) {
        return { key, option, number, isProtected }
      }
    }
  }
  return undefined
}

export function formatKeyName({ key, number, isProtected }: KeyName): string {
  const stem = isProtected ? `${key}_protected` : key
  return number === undefined ? stem : `${stem}_${number}`
}

/** Finds the key that the writer of an unknown key most likely meant; keeps its number. */
export function findNearestKey(
  written: string,
  options: Options,
  rules: Rules,
): (KeyName & { readonly option: Option }) | undefined {
  const digits = /_([1-9]\d{0,5})$/.exec(written)?.[1]
  const number = digits === undefined ? undefined : Number(digits)
  const candidates = new Map<string, KeyName & { readonly option: Option }>()
  for (const [key, option] of Object.entries(options)) {
    for (const isProtected of listForms(option, rules)) {
      const plain = { key, option, number: undefined, isProtected }
      const numbered = { key, option, number: number ?? 1, isProtected }
      const compared = number === undefined ? plain : numbered
      if (option.numbering !== undefined) candidates.set(formatKeyName(compared), numbered)
      if (option.numbering !== 'each') candidates.set(formatKeyName(plain), plain)
    }
  }
  return candidates.get(findNearest(written, [...candidates.keys()]) ?? '')
}

function listForms({ type }: Option, { protectedSecrets = false }: Rules): readonly boolean[] {
  return type.secret === true && protectedSecrets ? [false, true] : [false]
}

function parseNumber(written: string, stem: string): number | undefined {
  if (!written.startsWith(`${stem}_`)) return undefined
  const digits = written.slice(stem.length + 1)
  return /^[1-9]\d{0,5}$/.test(digits) ? Number(digits) : undefined
}
