import type { AuthApiClient } from '../duo/https/auth_api_client.ts'
import { AuthApiFailure, AuthApiUnavailable, failures, joinedSignIns } from '../duo/index.ts'
import type { Clock } from '../host/clock.ts'
import { errorText } from '../host/error_text.ts'
import { silentLog } from '../host/log.ts'
import { createAuthApi } from './auth_api.ts'
import type { ApiSettings, ProxyConfig } from './sections/proxy_config.ts'

/** The result of asking a section's API. */
export interface ApiFinding {
  /** Whether the section can use it. */
  readonly usable: boolean
  /** What was found. */
  readonly text: string
  /** What to do; present if it is not usable. */
  readonly remedy?: string
  /** How far the API's clock is ahead of this machine's; absent if the API did not say. */
  readonly skewSecs?: number
  /** What it offers beyond the vendor's API; present if it is usable. */
  readonly capabilities?: readonly string[]
}

const notableSkewSecs = 60
/** For a section with `retry_timeout`, if its API offers `joined_sign_ins`. */
export const retriesWithoutEffect =
  'retry_timeout has no effect, because the service joins retries itself; remove it, retry_count and retry_servers, so that the proxy can use several cores'

/** Shows what a start finds, to the person who starts the proxy. */
export type StartReport = (level: 'info' | 'warn', text: string) => void

/**
 * Checks the API of every section, and reports what was found.
 *
 * @returns Whether all are usable.
 */
export async function checkApis(
  { servers }: ProxyConfig,
  report: StartReport,
  { clock, stop }: { readonly clock: Clock; readonly stop: AbortSignal },
): Promise<boolean> {
  const findings = await Promise.all(
    servers.map(async (section) => {
      const found = await checkApi(section, { clock, stop })
      const { usable, text, remedy = '', capabilities = [] } = found
      if (stop.aborted) return usable
      const consequence =
        section.failmode === 'safe'
          ? 'accepts users without a second factor'
          : 'rejects every sign-in'
      const advice = usable ? '' : `; ${remedy}`
      const effect = usable ? '' : `; until then failmode=${section.failmode} ${consequence}`
      report(usable ? 'info' : 'warn', `[${section.name}] ${text}${advice}${effect}`)
      if (section.retries.timeoutSecs > 0 && capabilities.includes(joinedSignIns)) {
        report('warn', `[${section.name}] ${retriesWithoutEffect}`)
      }
      return usable
    }),
  )
  return findings.every((usable) => usable)
}

/**
 * Checks the API of a section once: name, connection, certificate, keys and clock.
 *
 * @param stop Aborts the check.
 */
export async function checkApi(
  section: ApiSettings,
  { clock, stop }: { readonly clock: Clock; readonly stop: AbortSignal },
): Promise<ApiFinding> {
  const place = `${section.apiHost}:${section.apiPort}`
  let client: AuthApiClient
  try {
    client = createAuthApi(section, { log: silentLog, clock })
  } catch (error) {
    const reason = errorText(error)
    return unusable(`http_ca_certs_file can't be read: ${reason}; correct the path`)
  }
  const abort = (): void => void client.close()
  stop.addEventListener('abort', abort)
  try {
    const { time, capabilities } = await client.check()
    const skewSecs = Math.round(time - clock.now() / 1000)
    const skew =
      Math.abs(skewSecs) < notableSkewSecs
        ? ''
        : `; its clock is ${Math.abs(skewSecs)} s ${skewSecs > 0 ? 'ahead of' : 'behind'} this machine's; synchronize both by NTP`
    const text = `${place} answers, and the keys are right${skew}`
    return { usable: true, text, skewSecs, capabilities }
  } catch (error) {
    if (error instanceof AuthApiFailure) return unusable(failureText(error, section, place, clock))
    if (error instanceof AuthApiUnavailable) return unusable(unavailableText(error, section, place))
    throw error
  } finally {
    stop.removeEventListener('abort', abort)
    await client.close()
  }
}

/** @param text Ends with what to do, after the last semicolon. */
function unusable(text: string): ApiFinding {
  const end = text.lastIndexOf('; ')
  return { usable: false, text: text.slice(0, end), remedy: text.slice(end + 2) }
}

/** The API answered, and refused the request. */
function failureText(
  { code, status, message }: AuthApiFailure,
  { ikey }: ApiSettings,
  place: string,
  clock: Clock,
): string {
  switch (code) {
    case failures.invalidIkey.code:
      return `${place} answers, but has no application with the ikey ${ikey}; compare it with 'countersign app list'`
    case failures.invalidSignature.code:
      return `${place} answers and has an application with this ikey, but skey is not its secret key; copy skey again`
    case failures.missingTimestamp.code:
    case failures.badTimestamp.code:
      return `${place} answers, but refuses the time of this machine, ${new Date(clock.now()).toISOString()}; synchronize both clocks by NTP`
    case failures.accessForbidden.code:
      return `${place} answers, but the application is disabled or of another type; see 'countersign app list'`
    case failures.tooManyRequests.code:
      return `${place} answers, but is busy (HTTP 429); try again`
    default:
      return status >= 500
        ? `${place} answers with HTTP ${status}: ${message}; check the log of the service`
        : `${place} answers with HTTP ${status}, which no Auth API sends; check api_host and api_port`
  }
}

function unavailableText(
  { reason, message }: AuthApiUnavailable,
  { apiHost, httpCaCertsFile, httpCaCerts, httpProxyHost = '', httpProxyPort }: ApiSettings,
  place: string,
): string {
  switch (reason) {
    case 'dns':
      return `the name ${apiHost} can't be resolved (${message}); check api_host and the DNS of this machine`
    case 'connect':
      return `can't connect to ${place} (${message}); check api_host, api_port and firewalls, and that the service is running`
    case 'tls':
      return `${place} accepts connections, but TLS fails (${message}); ${tlsAdvice(message, apiHost, httpCaCertsFile ?? (httpCaCerts && 'http_ca_certs'))}`
    case 'proxy':
      return `the HTTP proxy ${httpProxyHost}:${httpProxyPort} does not connect to ${place} (${message}); check http_proxy_host and http_proxy_port`
    case 'timeout':
    case 'overload':
    case 'too_many_waiting':
    case 'cancelled':
      return `${place} does not answer in time (${message}); check firewalls, and that the service is running`
    case 'reset':
      return `${place} closes the connection without an answer (${message}); check api_port and the log of the service`
    case 'http_5xx':
    case 'gateway':
      return `${place} reports a failure (${message}); check the logs of the service and of any gateway before it`
    case 'malformed':
      return `${place} answers, but not like an Auth API (${message}); check api_host and api_port`
  }
}

function tlsAdvice(message: string, apiHost: string, caFile: string | undefined): string {
  if (message.includes('ALTNAME')) {
    return `its certificate is for another name than ${apiHost}; set api_host to a name in the certificate`
  }
  if (message.includes('EXPIRED')) return 'its certificate has expired; renew it'
  if (!/SELF_SIGNED|UNABLE_TO|DEPTH_ZERO|CERT_/.test(message)) return 'check api_port'
  return caFile === undefined
    ? 'set http_ca_certs_file to the CA of its certificate: ca.pem in the data folder of the service'
    : `its certificate is not issued by the CA in ${caFile}; copy ca.pem from the data folder of the service again`
}
