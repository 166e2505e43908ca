import { createHash } from 'node:crypto'
import { promptWords } from '../../duo/index.ts'
import type { Clock } from '../../host/clock.ts'
import type { Log } from '../../host/log.ts'
import { type ChallengeResponse, passwordTest } from '../../radius/index.ts'
import type { StoreDb } from '../store/store.ts'
import type { PasscodeCheck } from './passcode_check.ts'
import type { Subject } from './subject.ts'
import { queueLimits, UserQueue } from './user_queue.ts'

/** What a client proves in place of the text that the user typed. */
export interface TypedProof {
  readonly proof: ChallengeResponse
  /** Further words that users may type, in lower case, and the factors that they name. */
  readonly aliases: ReadonlyMap<string, string>
}

/** A text that fits a proof. */
export interface FoundText {
  /** As typed. */
  readonly text: string
  /** What it stands for: a factor or a passcode. */
  readonly prompt: string
}

/** Texts that are compared with one proof; each takes about 10 microseconds. */
const maxCandidates = 1000

/**
 * Finds what a user typed if the client sends only a proof of it (CHAP, MS-CHAP). It can be one of the words, or
 * a passcode that the service knows in clear text. The candidates stay in memory and reach no log.
 */
export class TypedText {
  readonly #db: StoreDb
  readonly #passcodes: Pick<PasscodeCheck, 'candidates'>
  readonly #log: Log
  readonly #clock: Clock
  /** Each search opens the user's secrets. */
  readonly #searches = new UserQueue({ ...queueLimits, atOnce: 2 })

  constructor(db: StoreDb, passcodes: Pick<PasscodeCheck, 'candidates'>, log: Log, clock: Clock) {
    this.#db = db
    this.#passcodes = passcodes
    this.#log = log
    this.#clock = clock
  }

  /** Compares every candidate, so that the time does not tell which one fits. */
  async find(
    { proof, aliases }: TypedProof,
    { user, policy, decision }: Pick<Subject, 'user' | 'policy' | 'decision'>,
    ikey: string,
  ): Promise<FoundText | undefined> {
    // denied, whatever was typed
    if (decision.kind === 'deny' || decision.kind === 'enroll') return undefined
    const passcodes =
      user === undefined
        ? []
        : await this.#searches.run(user.userId, () =>
            this.#passcodes.candidates(
              {
                userId: user.userId,
                ikey,
                verifiedPush: policy.rules.authentication_methods.require_verified_push,
              },
              this.#clock.now(),
              this.#db,
            ),
          )
    const candidates = [...aliasTexts(aliases), ...wordTexts, ...passcodes.flatMap(asShown)]
    if (candidates.length > maxCandidates) {
      this.#log.warn('not all passcodes of a user are compared with a CHAP or MS-CHAP response', {
        username: user?.username ?? '',
        candidates: candidates.length,
        compared: maxCandidates,
      })
    }
    const fits = passwordTest(proof)
    return candidates.slice(0, maxCandidates).filter(({ text }) => fits(text))[0]
  }
}

/** Identifies a proof that nothing fits; has the form of no passcode. */
export function proofFingerprint({ protocol, challenge, response }: ChallengeResponse): string {
  const digest = createHash('sha256').update(challenge).update('/').update(response).digest('hex')
  return `${protocol} response ${digest}`
}

/** Nothing typed, and each word as phones and people write it. */
const wordTexts: readonly FoundText[] = [
  { text: '', prompt: '' },
  ...promptWords.flatMap((word) => inCases(word, word)),
]

function aliasTexts(aliases: ReadonlyMap<string, string>): FoundText[] {
  return [...aliases].flatMap(([word, factor]) => inCases(word, factor))
}

function inCases(word: string, prompt: string): FoundText[] {
  const capitalised = word.slice(0, 1).toUpperCase() + word.slice(1)
  const texts = new Set([word, capitalised, word.toUpperCase()])
  return [...texts].map((text) => ({ text, prompt }))
}

/** A passcode, also with the blank in the middle that many apps show. */
function asShown(passcode: string): FoundText[] {
  const half = passcode.length / 2
  const texts = Number.isInteger(half)
    ? [passcode, `${passcode.slice(0, half)} ${passcode.slice(half)}`]
    : [passcode]
  return texts.map((text) => ({ text, prompt: passcode }))
}
