import { Client, EqualityFilter, InvalidCredentialsError, OrFilter, ResultCodeError } from 'ldapts'
import type { Secret } from '../../host/secret.ts'
import { findSubCode, type PrimaryAuthentication, type PrimaryVerdict, refusal } from './primary.ts'

/** An LDAP server that stands for the domain: Active Directory, Samba or OpenLDAP. */
export interface LdapDomain {
  /** `ldap://host:389` or `ldaps://host:636`. */
  readonly url: string
  /** Where users are searched. */
  readonly baseDn: string
  /** The connector's service account. */
  readonly bindDn: string
  readonly bindPassword: Secret
  /** Attribute that holds the name without domain: `sAMAccountName`, or `uid` for OpenLDAP. */
  readonly nameAttribute: string
  /** DNS name of the domain, for user principal names of servers that have none. */
  readonly domain: string
  /** PEM of the authorities to trust for ldaps; those of the machine if absent. */
  readonly ca?: string
}

const timeoutMs = 10_000
const principalAttribute = 'userPrincipalName'

/**
 * Checks passwords by a simple bind as the user, which stands for the Kerberos exchange of a real connector. The user
 * is searched as the service account before.
 */
export class LdapPrimary implements PrimaryAuthentication {
  readonly #domain: LdapDomain

  constructor(domain: LdapDomain) {
    this.#domain = domain
  }

  async verify(userName: string, password: Secret): Promise<PrimaryVerdict> {
    const user = await this.#find(userName)
    if (user === undefined) return refusal('525')
    // a bind without password is anonymous and succeeds (RFC 4513 §5.1.2)
    if (password.reveal() === '') return refusal('52e')
    const client = this.#connect()
    try {
      await client.bind(user.dn, password.reveal())
      return { kind: 'accepted', ...user.names }
    } catch (error) {
      if (error instanceof InvalidCredentialsError) return refusal(findSubCode(error.message))
      if (error instanceof ResultCodeError) {
        return { kind: 'refused', reason: `the domain refuses the bind (LDAP ${error.code})` }
      }
      throw error
    } finally {
      await client.unbind().catch(() => {})
    }
  }

  async close(): Promise<void> {}

  async #find(userName: string): Promise<
    | {
        readonly dn: string
        readonly names: { readonly samAccountName: string; readonly userPrincipalName: string }
      }
    | undefined
  > {
    const { baseDn, bindDn, bindPassword, nameAttribute, domain } = this.#domain
    const client = this.#connect()
    try {
      await client.bind(bindDn, bindPassword.reveal())
      const [name = userName, suffix] = userName.split('@')
      const plain = new EqualityFilter({ attribute: nameAttribute, value: name })
      const principal = new EqualityFilter({ attribute: principalAttribute, value: userName })
      const isOwnDomain = suffix === undefined || suffix.toLowerCase() === domain.toLowerCase()
      const { searchEntries } = await client.search(baseDn, {
        scope: 'sub',
        filter: isOwnDomain ? new OrFilter({ filters: [plain, principal] }) : principal,
        attributes: [nameAttribute, principalAttribute],
        sizeLimit: 2,
      })
      const [entry] = searchEntries
      if (entry === undefined || searchEntries.length > 1) return undefined
      const samAccountName = firstText(entry[nameAttribute]) ?? name
      const found = firstText(entry[principalAttribute])
      const userPrincipalName = found ?? `${samAccountName}@${domain}`
      return { dn: entry.dn, names: { samAccountName, userPrincipalName } }
    } catch (error) {
      if (!(error instanceof InvalidCredentialsError)) throw error
      throw new Error(`the domain refuses the service account '${bindDn}'`)
    } finally {
      await client.unbind().catch(() => {})
    }
  }

  #connect(): Client {
    const { url, ca } = this.#domain
    return new Client({
      url,
      timeout: timeoutMs,
      connectTimeout: timeoutMs,
      strictDN: false,
      ...(url.startsWith('ldaps:')
        ? { tlsOptions: { minVersion: 'TLSv1.2', ...(ca === undefined ? {} : { ca }) } }
        : {}),
    })
  }
}

function firstText(value: unknown): string | undefined {
  const first: unknown = Array.isArray(value) ? value[0] : value
  return typeof first === 'string' && first !== '' ? first : undefined
}
