import type { Section } from '../../config/section.ts'
import { errorText } from '../../host/error_text.ts'
import type { ProxySectionKind } from '../../proxy/sections/section_kind.ts'
import { type ConnectivityEvent, type Finding, worstSeverity } from './connectivity_event.ts'
import { maskedSettings } from './masked_settings.ts'
import { type ConnectivityContext, checkSection } from './section_connectivity.ts'

const pass = 'connectivity'

/** The second pass: whether what the file says works, section by section. */
export async function* runConnectivityPass(
  context: ConnectivityContext,
): AsyncGenerator<ConnectivityEvent> {
  const { sections } = context.tool
  const main = sections.find(({ kind }) => kind.role === 'global')
  // all at once, so that one slow server delays the others' results but not their checks
  const running = sections.map((section) => checkOrExplain(section, context))
  for (const [index, section] of sections.entries()) {
    const settings = maskedSettings(section, main)
    yield { kind: 'section', pass, section: section.name, settings }
    const findings = (await running[index]) ?? []
    for (const finding of findings)
      yield { kind: 'finding', pass, section: section.name, ...finding }
    const severity = worstSeverity(findings)
    const message = describeResult(section.kind, severity === 'info')
    yield { kind: 'result', pass, section: section.name, severity, message }
  }
}

/** Never rejects: results are awaited one after another. */
async function checkOrExplain(
  section: Section<ProxySectionKind>,
  context: ConnectivityContext,
): Promise<Finding[]> {
  try {
    return await checkSection(section, context)
  } catch (error) {
    const message = `the check of [${section.name}] failed: ${errorText(error)}`
    return [{ severity: 'error', message, remedy: 'report this as an error of the tool' }]
  }
}

/** The words of the vendor's tool where they are known. */
const resultWords: Readonly<Record<string, readonly [good: string, bad: string]>> = {
  main: [
    'There are no connectivity problems with the section.',
    'There are connectivity problems with the section.',
  ],
  ad_client: [
    'The LDAP Client section has no connectivity issues.',
    'The LDAP Client section has connectivity issues.',
  ],
  radius_client: [
    'The RADIUS Client section has no connectivity issues.',
    'The RADIUS Client section has connectivity issues.',
  ],
  ldap_server_auto: [
    'The LDAP Server has no connectivity problems.',
    'The LDAP Server has connectivity problems.',
  ],
  http_proxy: [
    'The HTTP Proxy has no connectivity problems.',
    'The HTTP Proxy has connectivity problems.',
  ],
  cloud: [
    'The Cloud connection has no connectivity problems.',
    'The Cloud connection has connectivity problems.',
  ],
}

function describeResult({ name }: ProxySectionKind, isGood: boolean): string {
  const words = name.startsWith('radius_server_')
    ? [
        'The RADIUS Server has no connectivity problems.',
        'The RADIUS Server has connectivity problems.',
      ]
    : resultWords[name]
  return words?.[isGood ? 0 : 1] ?? 'No testing to be done for section.'
}
