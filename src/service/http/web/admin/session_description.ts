import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Secret } from '../../../../host/secret.ts'
import { type AdministratorFactors, factorKinds } from '../../../administrators/factors.ts'
import type { PushPhones } from '../../../administrators/push_phones.ts'
import type { AdministratorSessions } from '../../../administrators/sessions.ts'
import type { StoreDb } from '../../../store/store.ts'
import type { AdminSessionGate, AdmittedSession } from '../../gate/admin_session.ts'

/** The organisation as the panel shows it. */
export interface OrganisationLook {
  readonly name: string
  readonly logo_url: string | null
}

/** Facts that are the same for all administrators. */
export interface PanelDescription {
  readonly organisation: () => OrganisationLook
  /** Whether messages or mail go to the outbox. */
  readonly testMode: boolean
}

/** Describes a session to the panel's pages. */
export class AdminSessionDescription {
  readonly #db: StoreDb
  readonly #gate: AdminSessionGate
  readonly #sessions: AdministratorSessions
  readonly #factors: AdministratorFactors
  readonly #phones: PushPhones
  readonly #panel: PanelDescription

  constructor(
    db: StoreDb,
    gate: AdminSessionGate,
    sessions: AdministratorSessions,
    factors: AdministratorFactors,
    phones: PushPhones,
    panel: PanelDescription,
  ) {
    this.#db = db
    this.#gate = gate
    this.#sessions = sessions
    this.#factors = factors
    this.#phones = phones
    this.#panel = panel
  }

  /**
   * `{ state, admin?, factors, phones?, organisation, stepped_up_until, expires, test_mode }`:
   * - `state`: `none`, `second_factor` (the password was right), `enrol_factor` (there is no factor yet),
   *   `signed_in`;
   * - `admin`: `{ admin_id, name, email, role, permits }` when signed in, else `{ name, email }`;
   * - `factors`: the kinds that this administrator can use now, of `passkey`, `push`, `totp`;
   * - `phones`: the phones that can receive a push, `[{ factor_id, name }]`; absent without a session;
   * - `expires`: when the session ends if it is not used, in milliseconds since 1970; 0 without a session.
   */
  async describe(caller: AdmittedSession | undefined): Promise<object> {
    const { organisation, testMode } = this.#panel
    const look = { organisation: organisation(), test_mode: testMode }
    if (caller === undefined) {
      return { state: 'none', factors: [], stepped_up_until: null, expires: 0, ...look }
    }
    const { session, administrator } = caller
    const held = await this.#factors.ofAdministrator(session.adminId, this.#db)
    const usable = await this.#phones.usable(administrator, held, this.#db)
    const shown = {
      state: session.state,
      factors: factorKinds.filter((known) => usable.some(({ kind }) => kind === known)),
      phones: usable
        .filter(({ kind }) => kind === 'push')
        .map(({ factorId, name }) => ({ factor_id: factorId, name })),
      expires: this.#sessions.expires(session),
      ...look,
    }
    const { name, email } = administrator
    if (session.state !== 'signed_in') {
      return { ...shown, admin: { name, email }, stepped_up_until: null }
    }
    const { adminId, role, steppedUpUntil } = await this.#gate.describe(caller)
    return {
      ...shown,
      admin: { admin_id: adminId, name, email, role: role.name, permits: [...role.permits] },
      stepped_up_until: steppedUpUntil,
    }
  }

  /** Gives the browser the new token of its session, and describes it. */
  async open(token: Secret, request: FastifyRequest, reply: FastifyReply): Promise<object> {
    this.#gate.setCookie(reply, token)
    return await this.describe(await this.#gate.byToken(token, request))
  }
}
