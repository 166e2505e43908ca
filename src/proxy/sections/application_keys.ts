import type { Report } from '../../config/problem.ts'
import type { SectionValues } from '../../config/section_values.ts'
import type { Secret } from '../../host/secret.ts'
import type { apiOptions } from './api_options.ts'

const ikeyForm = /^[A-Z0-9]{20}$/
const skeyLength = 40

/** What documentation shows instead of a value: `DIXXXXXXXXXXXXXXXXXX`, `<your key>`. */
const placeholder = /x{6}|^<.*>$|…|\.\.\.|\*\*\*/i
/** The vendor's Admin Panel, which people copy from the address bar. */
const adminPanel = /^admin-[a-z0-9]+\.duosecurity\.com\.?$/i
/** Domains that are reserved for examples (RFC 2606 §3). */
const exampleDomain = /(^|\.)example\.(com|net|org)\.?$/i

/**
 * Reports an ikey, skey or api_host that can't be right. With `failmode=safe`, a proxy that starts
 * with a placeholder would let every user in, since it reaches no API.
 */
export function reportApplicationKeys(
  values: SectionValues<typeof apiOptions>,
  skey: Secret | undefined,
  report: Report,
): void {
  const ikey = values.get('ikey') ?? ''
  const secretKey = skey?.reveal() ?? ''
  if (ikey.length === skeyLength && ikeyForm.test(secretKey)) {
    report('error', values.line('ikey'), 'ikey and skey are swapped; exchange their values')
    return
  }
  reportIkey(ikey, values.line('ikey'), report)
  reportSkey(secretKey, values.line('skey'), report)
  reportApiHost(values.get('api_host') ?? '', values.line('api_host'), report)
}

function reportIkey(ikey: string, line: number, report: Report): void {
  if (ikey === '') return
  if (placeholder.test(ikey)) {
    report('error', line, 'ikey is a placeholder; copy the integration key of your application')
  } else if (ikey.length === skeyLength) {
    const message = 'ikey has 40 characters, like an skey; copy the integration key (20 characters)'
    report('error', line, message)
  } else if (!ikeyForm.test(ikey)) {
    const message =
      'ikey does not look like an integration key: 20 capital letters and digits, usually beginning with DI'
    report('warning', line, message)
  }
}

function reportSkey(skey: string, line: number, report: Report): void {
  if (skey === '') return
  if (/\s/.test(skey)) report('error', line, 'skey contains blanks; copy it again')
  else if (placeholder.test(skey)) {
    report('error', line, 'skey is a placeholder; copy the secret key of your application')
  } else if (skey.length !== skeyLength) {
    report('warning', line, `skey has ${skey.length} characters instead of 40; copy it again`)
  }
}

function reportApiHost(host: string, line: number, report: Report): void {
  const remedy = 'write the host name of your service'
  if (ikeyForm.test(host)) {
    report('error', line, `api_host is an integration key; ${remedy}`)
  } else if (placeholder.test(host)) {
    report('error', line, `api_host is '${host}', a placeholder; ${remedy}`)
  } else if (adminPanel.test(host)) {
    const api = host.replace(/^admin/i, 'api')
    report('error', line, `api_host is '${host}', the Admin Panel; write the API host: ${api}`)
  } else if (exampleDomain.test(host)) {
    report('warning', line, `api_host is '${host}', a domain for examples; ${remedy}`)
  }
}
