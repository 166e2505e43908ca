import { argon2Sync, randomBytes } from 'node:crypto'
import type { Administrator } from '../../src/service/administrators/administrator.ts'
import { Administrators } from '../../src/service/administrators/administrators.ts'
import { AdministratorFactors } from '../../src/service/administrators/factors.ts'
import { newTotpSecret } from '../../src/service/administrators/totp.ts'
import { OathKey } from '../../src/service/authenticators/oath/oath_code.ts'
import type { Store } from '../../src/service/store/store.ts'
import type { Answer, RawRequest } from './service_client.ts'

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** A service, in this process or in another. */
export interface AdminService {
  readonly port: number
  readonly store: Store
  send(raw: RawRequest): Promise<Answer>
}

/** An administrator with a password and an authenticator app. */
export interface TestAdministrator {
  readonly administrator: Administrator
  readonly password: string
  /** The TOTP secret, in base32. */
  readonly secret: string
}

const totp = { kind: 'totp', algorithm: 'SHA1', digits: 6, stepSecs: 30 } as const
/** A client signs in again within a step, so each passcode is for the next one. */
const maxStepsAhead = 1

/** Creates an active administrator, without the activation link. */
export async function addAdministrator(
  store: Store,
  {
    email = `${randomBytes(6).toString('hex')}@example.com`,
    name = 'Ada Lovelace',
    role = 'Owner',
  }: { readonly email?: string; readonly name?: string; readonly role?: string } = {},
): Promise<TestAdministrator> {
  const password = randomBytes(12).toString('base64url')
  const hash = hashCheaply(password)
  const secret = newTotpSecret()
  return await store.transaction(async (db) => {
    const now = Date.now()
    const account = { email, name, role, status: 'active' } as const
    const administrator = await new Administrators().create(account, now, db)
    const { adminId } = administrator
    await new Administrators().setPassword(adminId, hash, now, db)
    const factor = { adminId, kind: 'totp', name: 'Authenticator app', secret } as const
    await new AdministratorFactors(store).add(factor, now, db)
    return { administrator, password, secret }
  })
}

/**
 * A hash with the least memory and passes, which the service reads from it: with the usual ones, each administrator and
 * each sign-in of a test would cost 50 ms of CPU. Passwords that a test sets itself are hashed as in production.
 */
function hashCheaply(password: string): string {
  const nonce = randomBytes(16)
  const cost = { memory: 8, passes: 1, parallelism: 1 }
  const tag = argon2Sync('argon2id', { message: password, nonce, tagLength: 32, ...cost })
  const [salt, digest] = [nonce, tag].map((octets) => octets.toString('base64').replaceAll('=', ''))
  return `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=${cost.parallelism}$${salt}$${digest}`
}

const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0'

/** A browser at the panel: keeps its cookie, and sends what the panel's own pages send. */
export class AdminClient {
  /** That of the session. */
  cookie: string | undefined
  /** That which names the browser to the accounts that know it. */
  browserCookie: string | undefined
  readonly origin: string
  readonly #service: Pick<AdminService, 'port' | 'send'>
  readonly #now: () => number
  readonly #userAgent: string
  readonly #steps = new Map<string, number>()

  /** @param now The clock of the service. @param userAgent The browser that its sessions are bound to. */
  constructor(
    service: Pick<AdminService, 'port' | 'send'>,
    now: () => number = Date.now,
    userAgent: string = firefox,
  ) {
    this.#service = service
    this.#now = now
    this.#userAgent = userAgent
    this.origin = `https://127.0.0.1:${service.port}`
  }

  /** A client of a new administrator, signed in and stepped up. */
  static async signedIn(
    service: AdminService,
    {
      role = 'Owner',
      now = Date.now,
    }: { readonly role?: string; readonly now?: () => number } = {},
  ): Promise<AdminClient> {
    const client = new AdminClient(service, now)
    await client.signIn(await addAdministrator(service.store, { role }))
    return client
  }

  /** @param headers Override the browser's headers; empty ones are left out. */
  async call(
    method: Method,
    path: string,
    body: object = {},
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    const text = method === 'GET' ? '' : JSON.stringify(body)
    const writes = {
      origin: this.origin,
      'content-type': 'application/json',
      'x-countersign-admin': '1',
    }
    const sent = {
      'content-length': String(Buffer.byteLength(text)),
      'sec-fetch-site': 'same-origin',
      'user-agent': this.#userAgent,
      ...(method === 'GET' ? {} : writes),
      cookie: [this.cookie, this.browserCookie].filter((one) => one !== undefined).join('; '),
      ...headers,
    }
    const answer = await this.#service.send({
      method,
      path: `/admin/api/${path}`,
      body: text,
      headers: Object.fromEntries(Object.entries(sent).filter(([, value]) => value !== '')),
    })
    for (const set of [answer.headers['set-cookie'] ?? []].flat()) {
      const cookie = set.split(';')[0]
      if (cookie?.startsWith('__Host-countersign-admin-browser=')) this.browserCookie = cookie
      else this.cookie = cookie
    }
    return answer
  }

  get(path: string): Promise<Answer> {
    return this.call('GET', path)
  }

  post(path: string, body: object = {}): Promise<Answer> {
    return this.call('POST', path, body)
  }

  /** Its cookies, for a real browser. @param url The address by which that browser knows the service. */
  cookies(url: string): { name: string; value: string; url: string; secure: true }[] {
    return [this.cookie, this.browserCookie]
      .filter((one) => one !== undefined)
      .map((one) => {
        const [name = '', value = ''] = one.split('=')
        return { name, value, url, secure: true }
      })
  }

  /** Signs in with password and passcode. @throws if either is refused. */
  async signIn(administrator: TestAdministrator): Promise<void> {
    const { administrator: account, password } = administrator
    const begun = await this.post('sign-in', { email: account.email, password })
    if (begun.body.state !== 'second_factor') throw new Error(`no sign-in: ${begun.text}`)
    const passcode = this.passcode(administrator)
    const { body, text } = await this.post('sign-in/totp', { passcode })
    if (body.state !== 'signed_in') throw new Error(`no sign-in: ${text}`)
  }

  /**
   * A passcode that this client has not used yet; two at most in one time step. It begins with the
   * current one: that of the step before would be refused if the next step began on its way.
   */
  passcode({ secret }: TestAdministrator): string {
    const current = Math.floor(this.#now() / 1000 / totp.stepSecs)
    const step = Math.max(current, (this.#steps.get(secret) ?? 0) + 1)
    if (step > current + maxStepsAhead) throw new Error('all passcodes of this time step are used')
    this.#steps.set(secret, step)
    return new OathKey(secret).code(totp, step)
  }
}
