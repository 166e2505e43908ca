import type { Secret } from '../../host/secret.ts'
import { AdministratorError } from './administrator.ts'

/** What the words in a password may not be, beside what everybody uses. */
export interface PasswordContext {
  /** In characters. */
  readonly minLength: number
  /** The e-mail address, the person's name, and the organisation's. */
  readonly words: readonly string[]
}

const maxPasswordLength = 1024
/** The estimate takes longer than linear time; what is guessable shows in the beginning. */
const estimatedLength = 100
/** `zxcvbn`: at least 10^8 guesses are needed. */
const minScore = 3
const service = ['countersign', 'administrator', 'admin']

/**
 * Checks a new password: its length, and that it is neither a leaked or common one, nor close to one, nor
 * made of the person's and the organisation's own words. There are no rules of composition.
 *
 * @throws {AdministratorError} `password`
 */
export async function requireGoodPassword(
  password: Secret,
  { minLength, words }: PasswordContext,
): Promise<void> {
  const text = password.reveal().normalize('NFKC')
  const { length } = [...text]
  if (length < minLength) {
    throw new AdministratorError(
      'password',
      `A password needs at least ${minLength} characters; four random words are a good one.`,
    )
  }
  if (length > maxPasswordLength) {
    throw new AdministratorError(
      'password',
      `A password has at most ${maxPasswordLength} characters.`,
    )
  }
  const own = [...service, ...words.flatMap(splitWords)]
  if ((await guessScore(text.slice(0, estimatedLength), own)) >= minScore) return
  throw new AdministratorError(
    'password',
    'This password is easy to guess: it is on the list of leaked passwords, close to one, or made of your own names. Choose another; four random words are a good one.',
  )
}

/** 0 to 4; the dictionaries are loaded when the first password is set. */
async function guessScore(text: string, own: readonly string[]): Promise<number> {
  const { ZxcvbnFactory } = await import('@zxcvbn-ts/core')
  const { adjacencyGraphs, dictionary } = await import('@zxcvbn-ts/language-common')
  const estimator = new ZxcvbnFactory({ graphs: adjacencyGraphs, dictionary })
  return estimator.check(text, [...own]).score
}

function splitWords(text: string): string[] {
  return [text, ...text.split(/[^\p{L}\p{N}]+/u)].filter(({ length }) => length >= 3)
}
