import { readFileSync } from 'node:fs'
import { joinedSignIns } from '../../duo/index.ts'
import { errorText } from '../../host/error_text.ts'
import type { ApiSettings } from '../../proxy/sections/proxy_config.ts'
import { checkApi, retriesWithoutEffect } from '../../proxy/startup_check.ts'
import { describeCapabilities } from './api_capabilities.ts'
import { findClockSkew } from './clock_skew.ts'
import type { Finding } from './connectivity_event.ts'
import { openTunnel } from './http_tunnel.ts'
import { checkPing, type PingResult } from './ping_check.ts'
import type { Probe } from './probe.ts'
import { checkTcp, formatPlace, type TcpResult } from './tcp_check.ts'
import { checkTls } from './tls_check.ts'

/**
 * Checks the APIs of the sections, step by step: name, connection, TLS, `ping`, then `check` with the
 * keys. Sections that share an API share its check.
 */
export class ApiChecks {
  readonly #probe: Probe
  readonly #reached = new Map<string, Promise<PingResult>>()
  readonly #checked = new Map<string, Promise<KeyResult>>()

  constructor(probe: Probe) {
    this.#probe = probe
  }

  /** Whether the API answers at all; needs no keys. */
  async reach(settings: ApiSettings): Promise<PingResult> {
    return shared(this.#reached, placeKey(settings), () => reach(settings, this.#probe))
  }

  /**
   * Whether the API answers and accepts the keys of a section, and what it offers.
   *
   * @param sectionKind Such as `radius_server_duo_only`.
   * @param options.joinsRetries Whether the section has `retry_timeout`.
   */
  async check(
    settings: ApiSettings,
    sectionKind: string,
    { joinsRetries = false } = {},
  ): Promise<readonly Finding[]> {
    const { findings, capabilities } = await this.#checkOnce(settings)
    if (capabilities === undefined) return findings
    const offers = describeCapabilities(sectionKind, describeApi(settings), capabilities)
    const hasNoEffect = joinsRetries && capabilities.includes(joinedSignIns)
    const warning = { severity: 'warn', message: retriesWithoutEffect } as const
    return [...findings, ...offers, ...(hasNoEffect ? [warning] : [])]
  }

  #checkOnce(settings: ApiSettings): Promise<KeyResult> {
    const { ikey, skey } = settings
    const key = JSON.stringify([placeKey(settings), ikey, skey.reveal()])
    return shared(this.#checked, key, async () => {
      const { findings, serverTime } = await this.reach(settings)
      if (!findings.some(({ severity }) => severity === 'error')) {
        const keys = await checkKeys(settings, serverTime, this.#probe)
        return { ...keys, findings: [...findings, ...keys.findings] }
      }
      // a wrong clock makes certificates look expired
      const now = this.#probe.clock.now()
      const skew = serverTime === undefined ? [] : findClockSkew(serverTime, now, settings.apiHost)
      return { findings: [...findings, ...skew] }
    })
  }
}

interface KeyResult {
  readonly findings: readonly Finding[]
  /** Present if the keys are right. */
  readonly capabilities?: readonly string[]
}

function shared<Value>(
  results: Map<string, Promise<Value>>,
  key: string,
  check: () => Promise<Value>,
): Promise<Value> {
  const result = results.get(key) ?? check()
  results.set(key, result)
  return result
}

function placeKey(settings: ApiSettings): string {
  const { apiHost, apiPort, httpProxyHost, httpProxyPort, httpCaCertsFile, httpCaCerts } = settings
  return JSON.stringify([
    apiHost,
    apiPort,
    httpProxyHost,
    httpProxyPort,
    httpCaCertsFile,
    httpCaCerts,
  ])
}

async function reach(settings: ApiSettings, probe: Probe): Promise<PingResult> {
  const ca = readAuthorities(settings)
  if ('finding' in ca) return { findings: [ca.finding] }
  const connected = await connectTo(settings, probe)
  if (connected.socket === undefined) return connected
  const api = { host: settings.apiHost, port: settings.apiPort }
  const secured = await checkTls(
    connected.socket,
    { ...api, ca: ca.pem, ...tlsRemedies(settings), portKey: 'api_port' },
    probe,
  )
  const findings = [...connected.findings, ...secured.findings]
  if (secured.socket === undefined) return { findings }
  const ping = await checkPing(secured.socket, api, probe)
  return { ...ping, findings: [...findings, ...ping.findings] }
}

async function connectTo(settings: ApiSettings, probe: Probe): Promise<TcpResult> {
  const { apiHost, apiPort, httpProxyHost, httpProxyPort } = settings
  const api = { host: apiHost, port: apiPort }
  if (httpProxyHost === undefined) {
    return checkTcp({ ...api, hostKey: 'api_host', portKey: 'api_port' }, probe)
  }
  const httpProxy = { host: httpProxyHost, port: httpProxyPort }
  const connected = await checkTcp(
    { ...httpProxy, hostKey: 'http_proxy_host', portKey: 'http_proxy_port' },
    probe,
  )
  if (connected.socket === undefined) return connected
  const tunnel = await openTunnel(connected.socket, httpProxy, api, probe)
  return { ...tunnel, findings: [...connected.findings, ...tunnel.findings] }
}

function readAuthorities({
  httpCaCertsFile,
  httpCaCerts,
}: ApiSettings): { readonly pem: readonly string[] | undefined } | { readonly finding: Finding } {
  try {
    const pem = [
      ...(httpCaCertsFile === undefined ? [] : [readFileSync(httpCaCertsFile, 'utf8')]),
      ...(httpCaCerts === undefined ? [] : [httpCaCerts]),
    ]
    return { pem: pem.length === 0 ? undefined : pem }
  } catch (error) {
    const message = `http_ca_certs_file can't be read: ${errorText(error)}`
    return { finding: { severity: 'error', message } }
  }
}

function tlsRemedies({ apiHost, httpCaCertsFile }: ApiSettings): {
  readonly trustRemedy: string
  readonly nameRemedy: string
} {
  const isVendor = /\.duosecurity\.com\.?$/i.test(apiHost)
  const inspected = `if a firewall inspects TLS, exempt ${apiHost} from it`
  return {
    nameRemedy: `set api_host to a name in the certificate; ${inspected}`,
    trustRemedy: isVendor
      ? `${inspected}; an old file in http_ca_certs_file is another cause: remove the option`
      : httpCaCertsFile === undefined
        ? `set http_ca_certs_file to the CA of the certificate: ca.pem in the data folder of the service; ${inspected}`
        : `copy ca.pem from the data folder of the service to ${httpCaCertsFile} again; ${inspected}`,
  }
}

async function checkKeys(
  settings: ApiSettings,
  serverTime: number | undefined,
  { clock, signal }: Probe,
): Promise<KeyResult> {
  const {
    usable,
    text,
    remedy,
    skewSecs,
    capabilities = [],
  } = await checkApi(settings, { clock, stop: signal })
  const now = clock.now()
  const theirs = serverTime ?? (skewSecs === undefined ? undefined : now + skewSecs * 1000)
  const skew = theirs === undefined ? [] : findClockSkew(theirs, now, settings.apiHost)
  if (!usable) return { findings: [...skew, { severity: 'error', message: text, remedy }] }
  const message = `${describeApi(settings)} answers, and the keys are right`
  return { findings: [...skew, { severity: 'info', message }], capabilities }
}

/** `api.corp.test:443`, and through which HTTP proxy. */
function describeApi({ apiHost, apiPort, httpProxyHost, httpProxyPort }: ApiSettings): string {
  const place = formatPlace({ host: apiHost, port: apiPort })
  if (httpProxyHost === undefined) return place
  return `${place} through ${formatPlace({ host: httpProxyHost, port: httpProxyPort })}`
}
