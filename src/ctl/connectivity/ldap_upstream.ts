import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls'
import { Client, InvalidCredentialsError, NoSuchObjectError, ResultCodeError } from 'ldapts'
import { errorText } from '../../host/error_text.ts'
import type { Secret } from '../../host/secret.ts'
import type { Finding } from './connectivity_event.ts'
import { explainInvalidCredentials } from './directory_refusal.ts'
import { errorCode, limited, type Probe } from './probe.ts'
import { checkTcp, formatPlace } from './tcp_check.ts'
import { checkTls, examineCertificates, type TlsPeer } from './tls_check.ts'

/** An LDAP server that checks passwords for the proxy, and how it is asked. */
export interface LdapUpstream {
  readonly host: string
  readonly port: number
  readonly transport: 'clear' | 'starttls' | 'ldaps'
  /** PEM of the authorities to trust; certificates are not verified without it. */
  readonly ca: string | undefined
  readonly verifiesHostname: boolean
  /** The account to bind as; `undefined` if the tool does not support the `auth_type`. */
  readonly account: { readonly name: string; readonly password: Secret } | undefined
  readonly searchDn: string
  readonly securityGroupDn: string | undefined
  readonly filter: string | undefined
}

/** Connects to an LDAP server, binds as the service account, and looks for the base of the search. */
export async function checkLdapUpstream(upstream: LdapUpstream, probe: Probe): Promise<Finding[]> {
  const { host, port, transport } = upstream
  const connected = await checkTcp({ host, port, hostKey: 'host', portKey: 'port' }, probe)
  if (connected.socket === undefined) return [...connected.findings]
  const findings = [...connected.findings, ...findUnprotected(upstream)]
  if (transport === 'ldaps') {
    const secured = await checkTls(connected.socket, toTlsPeer(upstream), probe)
    findings.push(...relevantFindings(secured.findings, upstream))
    secured.socket?.destroy()
    if (secured.socket === undefined) return findings
  } else connected.socket.destroy()
  // the password of the service account goes only to a server whose certificate is right
  if (findings.some(({ severity }) => severity === 'error')) return findings
  return [...findings, ...(await checkDirectory(upstream, probe))]
}

function findUnprotected({ transport, ca, host, port }: LdapUpstream): Finding[] {
  const place = formatPlace({ host, port })
  if (transport === 'clear') {
    return [
      {
        severity: 'warn',
        message: `passwords travel to ${place} without encryption (transport=clear)`,
        remedy: 'set transport=ldaps or transport=starttls, and ssl_ca_certs_file',
      },
    ]
  }
  if (ca !== undefined) return []
  return [
    {
      severity: 'warn',
      message: `the certificate of ${place} is not verified: anyone in between can read the passwords`,
      remedy: 'set ssl_ca_certs_file to the CA of the directory',
    },
  ]
}

function toTlsPeer({ host, port, ca }: LdapUpstream): TlsPeer {
  return {
    host,
    port,
    ca: ca === undefined ? undefined : [ca],
    portKey: 'port',
    trustRemedy: 'set ssl_ca_certs_file to the CA of the directory',
    nameRemedy: 'write a name of the certificate in host=, or set ssl_verify_hostname=false',
  }
}

/** Without `ssl_ca_certs_file`, trust and name are not checked, and wrong dates are warnings. */
function relevantFindings(
  findings: readonly Finding[],
  { ca, verifiesHostname }: LdapUpstream,
): Finding[] {
  return findings.flatMap((finding): Finding[] => {
    if (finding.message.includes('which is not trusted') && ca === undefined) return []
    if (finding.message.includes(' is not for ') && (ca === undefined || !verifiesHostname))
      return []
    return ca === undefined && finding.severity === 'error'
      ? [{ ...finding, severity: 'warn' }]
      : [finding]
  })
}

async function checkDirectory(upstream: LdapUpstream, probe: Probe): Promise<Finding[]> {
  const place = formatPlace(upstream)
  const started: TLSSocket[] = []
  const client = new Client({
    url: `${upstream.transport === 'ldaps' ? 'ldaps' : 'ldap'}://${place}`,
    timeout: probe.timeoutMs,
    connectTimeout: probe.timeoutMs,
    strictDN: false,
    // with these options, the library begins TLS at once
    ...(upstream.transport === 'ldaps' ? { tlsOptions: toTlsOptions(upstream) } : {}),
    createSecureConnection: recordConnections(started),
  })
  const abort = (): void => void client.unbind().catch(() => {})
  probe.signal.addEventListener('abort', abort)
  try {
    if (upstream.transport === 'starttls') {
      const refused = await startTls(client, upstream, probe)
      if (refused !== undefined) return [refused]
      const findings = started.flatMap((socket) =>
        examineCertificates(socket, toTlsPeer(upstream), probe.clock.now()),
      )
      const relevant = relevantFindings(findings, upstream)
      if (relevant.some(({ severity }) => severity === 'error')) return relevant
      return [...relevant, ...(await bindAndSearch(client, upstream, probe))]
    }
    return await bindAndSearch(client, upstream, probe)
  } finally {
    probe.signal.removeEventListener('abort', abort)
    await client.unbind().catch(() => {})
  }
}

/** For the connection that the password travels over: the certificate is verified as configured. */
function toTlsOptions({ ca, verifiesHostname }: LdapUpstream): ConnectionOptions {
  return {
    minVersion: 'TLSv1.2',
    rejectUnauthorized: ca !== undefined,
    ...(ca === undefined ? {} : { ca }),
    ...(verifiesHostname ? {} : { checkServerIdentity: () => undefined }),
  }
}

/** Creates connections as the library does, and records them so that their certificates can be examined. */
function recordConnections(created: TLSSocket[]): typeof connect {
  return (...args: unknown[]) => {
    const socket: TLSSocket = Reflect.apply(connect, undefined, args)
    created.push(socket)
    return socket
  }
}

async function startTls(
  client: Client,
  upstream: LdapUpstream,
  probe: Probe,
): Promise<Finding | undefined> {
  const { host, port } = upstream
  // examined afterwards, so that everything that is wrong with the certificate can be reported
  const options = { ...toTlsOptions(upstream), rejectUnauthorized: false }
  try {
    await limited(client.startTLS(options), probe)
    return undefined
  } catch (error) {
    return {
      severity: 'error',
      message: `${formatPlace({ host, port })} does not begin TLS (STARTTLS: ${describe(error)})`,
      remedy: 'check that it has a certificate, or use transport=ldaps',
    }
  }
}

async function bindAndSearch(
  client: Client,
  upstream: LdapUpstream,
  probe: Probe,
): Promise<Finding[]> {
  const place = formatPlace(upstream)
  const { account } = upstream
  if (account === undefined) {
    return [
      {
        severity: 'info',
        message: `${place} is reached; the service account was not tested, because this tool binds only with auth_type=plain`,
      },
    ]
  }
  try {
    await limited(client.bind(account.name, account.password.reveal()), probe)
  } catch (error) {
    return [explainBind(error, account.name, place)]
  }
  const findings = [
    ...(await findObject(client, 'search_dn', upstream.searchDn, upstream.filter, probe)),
    ...(upstream.securityGroupDn === undefined
      ? []
      : await findObject(client, 'security_group_dn', upstream.securityGroupDn, undefined, probe)),
  ]
  if (findings.length > 0) return findings
  const message = `${place} accepts the service account, and has search_dn`
  return [{ severity: 'info', message }]
}

function explainBind(error: unknown, name: string, place: string): Finding {
  if (error instanceof InvalidCredentialsError) {
    return explainInvalidCredentials(error.message, name, place)
  }
  const code = error instanceof ResultCodeError ? error.code : undefined
  const strongerAuthRequired = 8
  const confidentialityRequired = 13
  if (code === strongerAuthRequired || code === confidentialityRequired) {
    return {
      severity: 'error',
      message: `${place} accepts passwords only over an encrypted connection`,
      remedy: 'set transport=ldaps or transport=starttls',
    }
  }
  return {
    severity: 'error',
    message: `${place} refuses the bind of the service account (${describe(error)})`,
    remedy: 'check service_account_username or bind_dn, and the log of the directory',
  }
}

async function findObject(
  client: Client,
  key: 'search_dn' | 'security_group_dn',
  dn: string,
  filter: string | undefined,
  probe: Probe,
): Promise<Finding[]> {
  const search = (asked: string) =>
    limited(
      client.search(dn, { scope: 'base', filter: asked, attributes: ['1.1'], sizeLimit: 1 }),
      probe,
    )
  try {
    const { searchEntries } = await search('(objectClass=*)')
    if (searchEntries.length === 0) {
      return [
        {
          severity: 'error',
          message: `${key} '${dn}' can't be read by the service account`,
          remedy: 'give it the permission to read there',
        },
      ]
    }
  } catch (error) {
    return [
      {
        severity: 'error',
        message:
          error instanceof NoSuchObjectError
            ? `${key} '${dn}' does not exist in the directory`
            : `${key} '${dn}' can't be searched (${describe(error)})`,
        remedy: `copy the distinguished name from the directory to ${key}=`,
      },
    ]
  }
  if (filter === undefined) return []
  try {
    await search(filter)
    return []
  } catch (error) {
    return [
      {
        severity: 'error',
        message: `ldap_filter is not accepted (${describe(error)})`,
        remedy: 'check its parentheses: (&(objectClass=person)(memberOf=…))',
      },
    ]
  }
}

/** Error texts of directories end with zero octets and line ends. */
function describe(error: unknown): string {
  const code = error instanceof ResultCodeError ? `code ${error.code}` : errorCode(error)
  const text = errorText(error)
    .replace(/\p{Cc}+/gu, ' ')
    .trim()
  return code === '' ? text : `${code}: ${text}`
}
