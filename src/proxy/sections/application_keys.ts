import type { Secret } from '../../host/secret.ts'
import type { Report } from './problem.ts'
import type { SectionValues } from './section_values.ts'

const ikeyForm = /^[A-Z0-9]{20}$/
const skeyLength = 40

/** How documentation writes what a reader has to fill in: `DIXXXXXXXXXXXXXXXXXX`, `<your key>`. */
const placeholder = /x{6}|^<.*>$|…|\.\.\.|\*\*\*/i
/** Domains that are reserved for examples (RFC 2606 §3). */
const exampleDomain = /(^|\.)example\.(com|net|org)\.?$/i

/**
 * Reports an ikey, skey or api_host that can't be right. With `failmode=safe` a proxy that starts
 * with a placeholder would let everybody in, since it reaches no API.
 */
export function reportApplicationKeys(
  values: SectionValues,
  skey: Secret | undefined,
  report: Report,
): void {
  const ikey = values.text('ikey') ?? ''
  const secretKey = skey?.reveal() ?? ''
  if (ikey.length === skeyLength && ikeyForm.test(secretKey)) {
    report('error', values.line('ikey'), 'ikey and skey are swapped; exchange their values')
    return
  }
  reportIkey(ikey, values.line('ikey'), report)
  reportSkey(secretKey, values.line('skey'), report)
  reportApiHost(values.text('api_host') ?? '', values.line('api_host'), report)
}

function reportIkey(ikey: string, line: number, report: Report): void {
  if (ikey === '') return
  if (placeholder.test(ikey)) {
    report('error', line, `ikey is a placeholder; copy the integration key of your application`)
  } else if (ikey.length === skeyLength) {
    report('error', line, 'ikey has 40 characters, as an skey has; copy the integration key (20)')
  } else if (!ikeyForm.test(ikey)) {
    report(
      'warning',
      line,
      'ikey does not look like one: 20 capital letters and digits, usually beginning with DI',
    )
  }
}

function reportSkey(skey: string, line: number, report: Report): void {
  if (skey === '') return
  if (/\s/.test(skey)) report('error', line, 'skey has blanks in it; copy it again')
  else if (placeholder.test(skey)) {
    report('error', line, 'skey is a placeholder; copy the secret key of your application')
  } else if (skey.length !== skeyLength) {
    report('warning', line, `skey has ${skey.length} characters and not 40; copy it again`)
  }
}

function reportApiHost(host: string, line: number, report: Report): void {
  if (ikeyForm.test(host)) {
    report('error', line, 'api_host is an integration key; write the host name of your service')
  } else if (placeholder.test(host)) {
    report(
      'error',
      line,
      `api_host is '${host}', a placeholder; write the host name of your service`,
    )
  } else if (exampleDomain.test(host)) {
    const message = `api_host is '${host}', a domain for examples; write the host name of your service`
    report('warning', line, message)
  }
}
