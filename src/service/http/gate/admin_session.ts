import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Clock } from '../../../host/clock.ts'
import { Secret } from '../../../host/secret.ts'
import type { Actor } from '../../administration/act.ts'
import type { Role } from '../../administration/roles.ts'
import type { Administrator } from '../../administrators/administrator.ts'
import type { Administrators } from '../../administrators/administrators.ts'
import type { FailedSignIns } from '../../administrators/failed_sign_ins.ts'
import type { Roles } from '../../administrators/roles.ts'
import type { AdministratorSession, AdministratorSessions } from '../../administrators/sessions.ts'
import type { RequestSource } from '../../administrators/sign_in.ts'
import { describeUserAgent } from '../../administrators/user_agent.ts'
import { sourceAddress } from '../../sign_in/source_address.ts'
import type { StoreDb } from '../../store/store.ts'
import { AdminRefusal } from './admin_refusal.ts'
import type { ClientAddresses } from './client_address.ts'

/** With `__Host-`, browsers accept the cookie only over TLS, from this host, and for all its paths. */
const sessionCookie = '__Host-countersign-admin'
/** Names the browser to the accounts that were signed in to with it. */
const browserCookie = '__Host-countersign-admin-browser'
const browserCookieSecs = 365 * 86_400
const attributes = 'Path=/; Secure; HttpOnly; SameSite=Strict'
const maxTokenLength = 64

/** The account and the session of a request. */
export interface AdmittedSession {
  readonly session: AdministratorSession
  readonly administrator: Administrator
}

/** How a request uses its session. */
interface SessionUse {
  /** Whether a page polls with it. A poll does not keep the session alive. */
  readonly isPoll?: boolean
}

/** A signed-in administrator. */
export interface SignedInAdministrator {
  readonly adminId: string
  readonly name: string
  readonly email: string
  readonly role: Role
  /** The public name of the session. */
  readonly sessionId: string
  /** `null` if the next act that needs step-up needs a factor again. */
  readonly steppedUpUntil: number | null
  /** Who the administrator log names. */
  readonly actor: Actor
}

/**
 * Authenticates requests to the panel by their session. A session is bound to the browser and system that
 * opened it, and to the networks that a factor was proved from.
 */
export class AdminSessionGate {
  readonly #db: StoreDb
  readonly #sessions: AdministratorSessions
  readonly #administrators: Administrators
  readonly #roles: Roles
  readonly #publicHost: () => string
  readonly #addresses: ClientAddresses
  readonly #failures: FailedSignIns
  readonly #clock: Clock

  /** @param publicHost Host name, with its port unless that is 443, as browsers know it. */
  constructor(
    db: StoreDb,
    sessions: AdministratorSessions,
    administrators: Administrators,
    roles: Roles,
    publicHost: () => string,
    addresses: ClientAddresses,
    failures: FailedSignIns,
    clock: Clock,
  ) {
    this.#db = db
    this.#sessions = sessions
    this.#administrators = administrators
    this.#roles = roles
    this.#publicHost = publicHost
    this.#addresses = addresses
    this.#failures = failures
    this.#clock = clock
  }

  /**
   * Refuses requests that do not come from the panel's own pages, by their `Origin`, `Sec-Fetch-Site`,
   * type and custom header.
   *
   * @throws {AdminRefusal} `cross_site`, `not_json`
   */
  checkOrigin(request: FastifyRequest): void {
    const { origin, host = '' } = request.headers
    const site = request.headers['sec-fetch-site']
    if (site !== undefined && site !== 'same-origin') throw new AdminRefusal('cross_site')
    if (request.method === 'GET') return
    const own = [`https://${host.toLowerCase()}`, `https://${this.#publicHost().toLowerCase()}`]
    if (origin === undefined || !own.includes(origin.toLowerCase())) {
      throw new AdminRefusal('cross_site')
    }
    // another site can send neither without a preflight request, which is never answered
    if (request.headers['x-countersign-admin'] !== '1') throw new AdminRefusal('cross_site')
    const type = request.headers['content-type'] ?? ''
    if (!/^application\/json\s*(;|$)/i.test(type)) throw new AdminRefusal('not_json')
  }

  /** Where a request comes from, as sessions are bound to it. */
  source(request: FastifyRequest): RequestSource {
    return {
      address: sourceAddress(this.#addresses.resolve(request)),
      userAgent: describeUserAgent(request.headers['user-agent']),
    }
  }

  /** The address of the browser in full, for policies and logs. */
  address(request: FastifyRequest): string {
    return this.#addresses.resolve(request)
  }

  /** Finds the session of a request, in any state; a session of another browser ends. */
  async find(request: FastifyRequest, use: SessionUse = {}): Promise<AdmittedSession | undefined> {
    const token = readCookie(request, sessionCookie)
    return token === undefined ? undefined : await this.byToken(token, request, use)
  }

  /** Finds the session that a request has just been given. */
  async byToken(
    token: Secret,
    request: FastifyRequest,
    { isPoll = false }: SessionUse = {},
  ): Promise<AdmittedSession | undefined> {
    const now = this.#clock.now()
    const session = await this.#sessions.byToken(token.reveal(), now, this.#db)
    if (session === undefined) return undefined
    const administrator = await this.#administrators.byId(session.adminId, this.#db)
    if (administrator?.status !== 'active') {
      await this.#sessions.end(session, { reason: 'account_changed', now }, this.#db)
      return undefined
    }
    const source = this.source(request)
    if (source.userAgent !== session.userAgent) {
      await this.#sessions.end(session, { reason: 'other_browser', now }, this.#db)
      await this.#refuse(administrator, 'other_browser', source)
      return undefined
    }
    if (!isPoll) await this.#sessions.touch(session, now, this.#db)
    return { session, administrator }
  }

  /**
   * @throws {AdminRefusal} `no_session`; `step_up_required` if the request comes from a network that no
   *   factor was proved from.
   */
  async admit(request: FastifyRequest, use: SessionUse = {}): Promise<SignedInAdministrator> {
    const found = await this.find(request, use)
    if (found?.session.state !== 'signed_in') throw new AdminRefusal('no_session')
    const source = this.source(request)
    if (!found.session.addresses.includes(source.address)) {
      await this.#refuse(found.administrator, 'other_network', source)
      throw new AdminRefusal('step_up_required')
    }
    const admitted = await this.describe(found)
    return { ...admitted, actor: { ...admitted.actor, address: this.address(request) } }
  }

  /**
   * For the steps of a sign-in and for step-up, from any network.
   *
   * @throws {AdminRefusal} `no_session` if the request has no session in one of these states.
   */
  async require(
    request: FastifyRequest,
    states: readonly AdministratorSession['state'][],
    use: SessionUse = {},
  ): Promise<AdmittedSession> {
    const found = await this.find(request, use)
    if (found === undefined || !states.includes(found.session.state)) {
      throw new AdminRefusal('no_session')
    }
    return found
  }

  /** The administrator of a signed-in session, with the role that they have now. */
  async describe({ session, administrator }: AdmittedSession): Promise<SignedInAdministrator> {
    const { adminId, name, email } = administrator
    const role = await this.#roles.byName(administrator.role, this.#db)
    const steppedUpUntil = this.#sessions.steppedUpUntil(session, this.#clock.now())
    const actor = { name: email, id: adminId, role, session: { adminId, steppedUpUntil } }
    return { adminId, name, email, role, sessionId: session.sessionId, steppedUpUntil, actor }
  }

  setCookie(reply: FastifyReply, token: Secret): void {
    reply.header('set-cookie', `${sessionCookie}=${token.reveal()}; ${attributes}`)
  }

  /** The cookie that names the browser. */
  browserToken(request: FastifyRequest): Secret | undefined {
    return readCookie(request, browserCookie)
  }

  setBrowserCookie(reply: FastifyReply, token: Secret): void {
    const value = `${browserCookie}=${token.reveal()}; ${attributes}; Max-Age=${browserCookieSecs}`
    reply.header('set-cookie', value)
  }

  /** Ends the session in the browser, with what it has cached. */
  clear(reply: FastifyReply): void {
    reply.header('set-cookie', `${sessionCookie}=; ${attributes}; Max-Age=0`)
    // not "storage": a push app at the same address keeps the key of its phone there
    reply.header('clear-site-data', '"cache"')
  }

  async #refuse(administrator: Administrator, reason: string, source: RequestSource) {
    const action = 'admin_session_refused'
    await this.#failures.note({ action, administrator, reason, source })
  }
}

function readCookie({ headers }: FastifyRequest, name: string): Secret | undefined {
  const named = `${name}=`
  const tokens = (headers.cookie ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(named))
    .map((pair) => pair.slice(named.length))
  // if two cookies have this name, an attacker may have set one of them
  const [token] = tokens
  return tokens.length === 1 && token !== undefined && token.length <= maxTokenLength
    ? new Secret(token)
    : undefined
}
