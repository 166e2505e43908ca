import type { Clock } from '../../host/clock.ts'
import type { Phones } from '../authenticators/phone/phones.ts'
import type { Activation } from '../people/enrolment/activation.ts'
import type { ActivationCodes } from '../people/enrolment/activation_codes.ts'
import type { Acts } from './acts.ts'
import type { Enrolments } from './enrolments.ts'
import type { Person } from './person.ts'

export interface AppActivationParts {
  readonly acts: Acts
  readonly enrolments: Enrolments
  readonly activation: Activation
  readonly activationCodes: ActivationCodes
  readonly phones: Phones
  /** Host name, with its port where that is not 443. */
  readonly apiHost: () => string
  readonly clock: Clock
}

export type ActivationStanding =
  | { readonly kind: 'waiting' | 'invalid' }
  /** The phone is `null` where it is there no more. */
  | { readonly kind: 'success'; readonly device: string | null; readonly name: string }

/** What a phone is activated with, as the page shows it. */
export interface BegunActivation {
  readonly code: string
  /** The code stands behind the `#`, where no log has it. */
  readonly link: string
  readonly expires: number
}

const validSecs = 600

/** A phone with the app becomes a device of whoever asks for it. */
export class AppActivation {
  readonly #parts: AppActivationParts

  constructor(parts: AppActivationParts) {
    this.#parts = parts
  }

  /** @returns A code for one phone and ten minutes. */
  async begin(person: Person): Promise<BegunActivation> {
    const { acts, enrolments, activation, apiHost } = this.#parts
    return await acts.run(async (db, now) => {
      const { user } = await enrolments.known(person, db, now)
      const begun = await activation.create(user.userId, null, validSecs, db)
      const link = `https://${apiHost()}/app/#/activate/${begun.code}`
      return { result: { ...begun, link }, user, action: 'activation_create', description: '' }
    })
  }

  /** Whether a phone has been activated, and which; an enrolment is finished by it. */
  async standing(person: Person, code: string): Promise<ActivationStanding> {
    const { enrolments, activationCodes, phones, clock } = this.#parts
    const found = await activationCodes.find(code)
    if (found === undefined || found.userId !== person.user?.userId) return { kind: 'invalid' }
    if (found.used === null) {
      return { kind: found.expires > clock.now() ? 'waiting' : 'invalid' }
    }
    await enrolments.hasFinished(person)
    const phone = found.phoneId === null ? undefined : await phones.byId(found.phoneId)
    return { kind: 'success', device: found.phoneId, name: phone?.name ?? '' }
  }
}
