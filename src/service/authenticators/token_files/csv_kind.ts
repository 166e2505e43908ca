import type { Column, Header } from './token_columns.ts'
import { wrongRecord } from './token_file_error.ts'
import { parseCounter, parseStep, type TokenRecord } from './token_record.ts'

/** Options of the command line for all tokens of a CSV file; `undefined` if not given. */
export interface CsvTokens {
  readonly kind: TokenRecord['kind'] | undefined
  readonly digits: TokenRecord['digits'] | undefined
  readonly algorithm: TokenRecord['algorithm'] | undefined
  /** Default for lines that do not state it. */
  readonly stepSecs: number
}

type Parameters = Pick<TokenRecord, 'kind' | 'digits' | 'algorithm' | 'stepSecs' | 'counter'>
type Field = (column: Column) => string

/** Usual time steps of TOTP tokens, in seconds. */
const steps: readonly number[] = [30, 60, 90, 120]

export function looksLikeStep(field: string): boolean {
  return /^\d+$/.test(field) && steps.includes(Number(field))
}

/** `TOTP`, `OTP c200 TOTP`, `time-based` */
export function looksTimeBased(field: string): boolean {
  return /totp|time-?(based|sync)/i.test(field)
}

/**
 * Reads kind and parameters of one token. A line only becomes an HOTP token by default if neither it, the
 * header nor the command line contradicts.
 *
 * @throws {TokenFileError} `TOKEN_FILE_RECORD` for a contradiction.
 */
export function parseKind(field: Field, tokens: CsvTokens, header: Header | undefined): Parameters {
  const type = parseType(field('kind'))
  if (tokens.kind !== undefined && type.kind !== undefined && type.kind !== tokens.kind) {
    throw contradiction(`the type says ${type.kind.toUpperCase()}`, tokens.kind)
  }
  if (tokens.kind !== undefined && header?.kind !== undefined && header.kind !== tokens.kind) {
    throw contradiction(`the first line says ${header.kind.toUpperCase()}`, tokens.kind)
  }
  const given = tokens.kind ?? type.kind
  if (field('kind') !== '' && given === undefined) {
    throw wrongRecord('the type is neither HOTP nor TOTP; name it by --kind')
  }
  const kind = given ?? kindByColumns(field, header)
  const shared = {
    kind,
    digits: parseDigits(field, type, tokens),
    algorithm: parseHash(field, tokens),
  }
  const { step, counter } = parseMovingFactor(field, kind)
  if (kind === 'totp') {
    if (counter !== '' && !(step !== '' && counter === '0')) {
      throw contradiction('the line has a counter, as only HOTP tokens do', kind)
    }
    return { ...shared, stepSecs: step === '' ? tokens.stepSecs : parseStep(step), counter: 0 }
  }
  if (step !== '' && counter === '' && type.kind === undefined) {
    throw contradiction('the line has a time step, as only TOTP tokens do', kind)
  }
  return { ...shared, stepSecs: tokens.stepSecs, counter: parseCounter(counter) }
}

/**
 * The kind if neither the type nor the command line states it: `hotp` unless there is a time step. A line
 * that omits what other lines state is refused.
 */
function kindByColumns(field: Field, header: Header | undefined): TokenRecord['kind'] {
  const [step, counter] = [field('step') !== '', field('counter') !== '']
  if (step && counter) {
    throw wrongRecord('the line has both a counter and a time step; say which counts by --kind')
  }
  if (header?.kind !== undefined) return header.kind
  if (step) return 'totp'
  if (counter) return 'hotp'
  const columns = header?.columns ?? []
  const [stepColumn, counterColumn] = [columns.includes('step'), columns.includes('counter')]
  if (stepColumn && counterColumn) {
    throw wrongRecord('the line has neither a counter nor a time step; name the kind by --kind')
  }
  if (stepColumn) return 'totp'
  if (columns.includes('kind') && !counterColumn) {
    throw wrongRecord('the type is missing; fill it in, or name the kind by --kind')
  }
  return 'hotp'
}

function parseMovingFactor(
  field: Field,
  kind: TokenRecord['kind'],
): { readonly step: string; readonly counter: string } {
  const moving = field('moving')
  if (moving === '') return { step: field('step'), counter: field('counter') }
  return kind === 'totp' ? { step: moving, counter: '' } : { step: '', counter: moving }
}

interface TokenType {
  readonly kind?: TokenRecord['kind']
  readonly digits?: TokenRecord['digits']
}

/** `TOTP`, `time-based`, `hotp-6`, `t8`, `OATH-TOTP SHA256`. */
function parseType(text: string): TokenType {
  const bare = text.toLowerCase().replace(/[^a-z0-9]/g, '')
  const totp = /totp|time|^t[68]?$/.test(bare)
  const hotp = /hotp|event|counter|^h[68]?$/.test(bare)
  const [, digits] = /(?:[ht]otp|^[ht])([68])(?!\d)/.exec(bare) ?? []
  return {
    ...(totp === hotp ? {} : { kind: totp ? 'totp' : 'hotp' }),
    ...(digits === undefined ? {} : { digits: digits === '8' ? 8 : 6 }),
  }
}

function parseDigits(field: Field, type: TokenType, tokens: CsvTokens): TokenRecord['digits'] {
  const text = field('digits')
  if (!/^[68]?$/.test(text)) throw wrongRecord('the number of digits is neither 6 nor 8')
  const listed = text === '' ? type.digits : text === '8' ? 8 : 6
  if (listed !== undefined && tokens.digits !== undefined && listed !== tokens.digits) {
    throw wrongRecord(`the line says ${listed} digits, and --kind says ${tokens.digits}`)
  }
  return listed ?? tokens.digits ?? 6
}

function parseHash(field: Field, tokens: CsvTokens): TokenRecord['algorithm'] {
  const text = field('algorithm')
  if (text === '') return tokens.algorithm ?? 'SHA1'
  const bare = text.toUpperCase().replace(/[^A-Z0-9]/g, '')
  const [, bits] = /^(?:HMAC)?SHA(1|256|512)$/.exec(bare) ?? []
  if (bits === undefined) throw wrongRecord('the algorithm is not SHA1, SHA256 or SHA512')
  const listed = bits === '1' ? 'SHA1' : bits === '256' ? 'SHA256' : 'SHA512'
  if (tokens.algorithm !== undefined && tokens.algorithm !== listed) {
    throw wrongRecord(`the line says ${listed}, and --algorithm says ${tokens.algorithm}`)
  }
  return listed
}

function contradiction(found: string, kind: TokenRecord['kind']) {
  return wrongRecord(
    `${found}, and --kind says ${kind}; leave --kind out, or name the kind that the tokens have`,
  )
}
