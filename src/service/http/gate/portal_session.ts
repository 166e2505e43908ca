import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Clock } from '../../../host/clock.ts'
import type { Secret } from '../../../host/secret.ts'
import type { Groups } from '../../people/groups.ts'
import { mayEnrol, type User } from '../../people/user.ts'
import type { Users } from '../../people/users.ts'
import type { Enrolments } from '../../self_service/enrolments.ts'
import type { Person } from '../../self_service/person.ts'
import type { PortalSessionKind, PortalSessions } from '../../self_service/portal_sessions.ts'
import type { StoreDb } from '../../store/store.ts'
import { PortalRefusal } from './portal_refusal.ts'

/** With `__Host-`, browsers accept the cookie only over TLS, from this host, and for all its paths. */
const sessionCookie = '__Host-countersign-portal'
const attributes = 'Path=/; Secure; HttpOnly; SameSite=Strict'
const maxTokenLength = 64

/** Authenticates requests to the portal by their session. A session ends if its user may not sign in. */
export class PortalSessionGate {
  readonly #db: StoreDb
  readonly #sessions: PortalSessions
  readonly #enrolments: Enrolments
  readonly #users: Users
  readonly #groups: Groups
  readonly #publicHost: () => string
  readonly #clock: Clock

  /** @param publicHost Host name, with its port unless that is 443, as browsers know it. */
  constructor(
    db: StoreDb,
    sessions: PortalSessions,
    enrolments: Enrolments,
    users: Users,
    groups: Groups,
    publicHost: () => string,
    clock: Clock,
  ) {
    this.#db = db
    this.#sessions = sessions
    this.#enrolments = enrolments
    this.#users = users
    this.#groups = groups
    this.#publicHost = publicHost
    this.#clock = clock
  }

  /**
   * Refuses requests that do not come from the portal's own pages, by their `Origin` and
   * `Sec-Fetch-Site` headers.
   *
   * @throws {PortalRefusal} `cross_site`, `not_json`
   */
  checkOrigin(request: FastifyRequest): void {
    const { origin, host = '' } = request.headers
    const site = request.headers['sec-fetch-site']
    if (site !== undefined && site !== 'same-origin') throw new PortalRefusal('cross_site')
    if (request.method === 'GET') return
    const own = [`https://${host.toLowerCase()}`, `https://${this.#publicHost().toLowerCase()}`]
    if (origin === undefined || !own.includes(origin.toLowerCase())) {
      throw new PortalRefusal('cross_site')
    }
    // another site's form can't send this type without a preflight request
    const type = request.headers['content-type'] ?? ''
    if (!/^application\/json\s*(;|$)/i.test(type)) throw new PortalRefusal('not_json')
  }

  /** @throws {PortalRefusal} `no_session` if the request has no session of one of these kinds. */
  async admit(request: FastifyRequest, kinds: readonly PortalSessionKind[]): Promise<Person> {
    const admitted = await this.findPerson(request)
    if (admitted === undefined || !kinds.includes(admitted.session.kind)) {
      throw new PortalRefusal('no_session')
    }
    return admitted
  }

  /** Finds the holder of the request's session, of any kind. */
  async findPerson(request: FastifyRequest): Promise<Person | undefined> {
    const token = readCookie(request)
    if (token === undefined) return undefined
    const session = await this.#sessions.byToken(token, this.#clock.now(), this.#db)
    if (session === undefined) return undefined
    const user =
      session.userId === null ? undefined : await this.#users.byId(session.userId, this.#db)
    if (session.kind === 'self_service' && user === undefined) return undefined
    const isOver =
      (user !== undefined && !(await this.#maySignIn(user))) ||
      (await this.#enrolments.hasLapsed(session))
    if (isOver) {
      await this.#sessions.end(session.tokenHash, this.#db)
      return undefined
    }
    await this.#sessions.touch(session, this.#clock.now())
    return { session, user }
  }

  setCookie(reply: FastifyReply, token: Secret): void {
    reply.header('set-cookie', `${sessionCookie}=${token.reveal()}; ${attributes}`)
  }

  clearCookie(reply: FastifyReply): void {
    reply.header('set-cookie', `${sessionCookie}=; ${attributes}; Max-Age=0`)
  }

  async #maySignIn({ status, userId }: User): Promise<boolean> {
    if (!mayEnrol({ status })) return false
    const groups = await this.#groups.ofUser(userId, this.#db)
    return groups.every((group) => group.status !== 'disabled')
  }
}

function readCookie({ headers }: FastifyRequest): string | undefined {
  const named = `${sessionCookie}=`
  const tokens = (headers.cookie ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(named))
    .map((pair) => pair.slice(named.length))
  // if two cookies have this name, an attacker may have set one of them
  const [token] = tokens
  return tokens.length === 1 && token !== undefined && token.length <= maxTokenLength
    ? token
    : undefined
}
