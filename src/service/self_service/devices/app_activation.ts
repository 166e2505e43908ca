import type { Activation } from '../../people/enrolment/activation.ts'
import type { Acts } from '../acts.ts'
import type { Enrolments } from '../enrolments.ts'
import type { Person } from '../person.ts'

export type ActivationStatus =
  | { readonly kind: 'waiting' | 'invalid' }
  /** The phone is `null` if it was removed since. */
  | { readonly kind: 'success'; readonly device: string | null; readonly name: string }

/** An activation that has begun, as the page shows it. */
export interface BegunActivation {
  readonly code: string
  /** The code follows the `#`, so that no log contains it. */
  readonly link: string
  readonly expires: number
}

const validSecs = 600

/** Adds a phone with the push app to the user's devices. */
export class AppActivation {
  readonly #acts: Acts
  readonly #enrolments: Enrolments
  readonly #activation: Activation
  readonly #publicHost: () => string

  /** @param publicHost Host name, with its port unless that is 443. */
  constructor(
    acts: Acts,
    enrolments: Enrolments,
    activation: Activation,
    publicHost: () => string,
  ) {
    this.#acts = acts
    this.#enrolments = enrolments
    this.#activation = activation
    this.#publicHost = publicHost
  }

  /** @returns A code for one phone, valid for ten minutes. */
  async begin(person: Person): Promise<BegunActivation> {
    return await this.#acts.run(async (db, now) => {
      const { user } = await this.#enrolments.known(person, db, now)
      const begun = await this.#activation.create(
        user.userId,
        null,
        validSecs,
        person.session.kind === 'enrollment' ? person.session.codeHash : null,
        db,
      )
      const link = `https://${this.#publicHost()}/app/#/activate/${begun.code}`
      return { result: { ...begun, link }, user, action: 'activation_create', description: '' }
    })
  }

  /** Whether the code has activated a phone, and which. */
  async status(person: Person, code: string): Promise<ActivationStatus> {
    const progress = await this.#activation.progress(code)
    if (progress === undefined || progress.userId !== person.user?.userId) {
      return { kind: 'invalid' }
    }
    switch (progress.kind) {
      case 'waiting':
        return { kind: 'waiting' }
      case 'expired':
        return { kind: 'invalid' }
      case 'used':
        return { kind: 'success', device: progress.phoneId, name: progress.phoneName }
    }
  }
}
