import { readFileSync } from 'node:fs'
import type { Clock } from '../../host/clock.ts'
import {
  findLogDir,
  formatEvent,
  openingLine,
  runConnectivityTool,
} from '../connectivity/connectivity_tool.ts'
import { collectConfigSecrets } from './config_secrets.ts'
import { collectEnvironmentSecrets, describeEnvironment } from './environment.ts'
import { readLogTails } from './log_tails.ts'
import { redactConfig } from './redacted_config.ts'
import { minSecretLength, Redactor } from './redactor.ts'
import { describeSystem } from './system_facts.ts'
import type { ArchiveFile } from './tar_archive.ts'

export interface SupportBundleOptions {
  readonly configFile: string
  readonly runDir: string
  /** systemd unit. */
  readonly unit: string | undefined
  readonly proxyPid: number | undefined
  readonly explicitConnectivityCheck: boolean
  readonly env: Readonly<Record<string, string | undefined>>
  /** Status of the running proxy as text, or why there is none. */
  readonly status: () => Promise<string>
  readonly clock: Clock
  readonly signal?: AbortSignal
}

/** Thrown instead of writing a bundle that still contains a secret. */
export class SecretInBundle extends Error {
  override readonly name = 'SecretInBundle'
}

/**
 * Collects what explains a problem, without secrets: configuration, logs, facts about the machine,
 * connectivity, environment, and status of the running proxy.
 *
 * @throws {SecretInBundle} if a secret is found in the result.
 */
export async function collectSupportBundle(options: SupportBundleOptions): Promise<ArchiveFile[]> {
  const { configFile, env, clock } = options
  const text = readConfig(configFile)
  const redactor = new Redactor([
    ...collectConfigSecrets(text, configFile, env),
    ...collectEnvironmentSecrets(env),
  ])
  const logDir = findLogDir(configFile)
  const files: ArchiveFile[] = [
    { name: 'README.txt', content: readme },
    { name: 'authproxy.cfg', content: text === '' ? '(not readable)\n' : redactConfig(text) },
    { name: 'status.json', content: await options.status() },
    { name: 'connectivity.txt', content: await checkConnectivity(options) },
    { name: 'system.txt', content: describeSystem({ ...options, logDir }, clock.now()) },
    { name: 'environment.txt', content: `${describeEnvironment(env)}\n` },
    ...readLogTails(logDir),
  ]
  const redacted = files.map(({ name, content }) => ({ name, content: redactor.redact(content) }))
  const leaking = redacted.find(({ name, content }) => redactor.finds(`${name}\n${content}`))
  if (leaking !== undefined) {
    throw new SecretInBundle(`${leaking.name} would contain a secret; no bundle was written`)
  }
  return redacted
}

const readme = `Support bundle of the Countersign authentication proxy. Secrets are removed.

A secret with fewer than ${minSecretLength} characters can't be searched for: only the values of its keys are masked. A value that the
proxy rejects is left out of messages: is '[removed]'.

The logs contain usernames and addresses of devices and appliances. Send the bundle only to people who
may see those.

authproxy.cfg     configuration; comments, unknown lines and secrets are left out
status.json       status of the running proxy
connectivity.txt  output of authproxy_connectivity_tool
system.txt        versions, clock, network, limits, file modes
environment.txt   environment of the program that made this bundle
log/              ends of the logs
`

async function checkConnectivity({
  configFile,
  proxyPid,
  explicitConnectivityCheck,
  signal,
}: SupportBundleOptions): Promise<string> {
  const lines: string[] = [openingLine]
  const run = runConnectivityTool({
    file: configFile,
    explicitConnectivityCheck,
    proxyPid,
    signal,
  })
  for await (const event of run) lines.push(formatEvent(event))
  return `${lines.join('\n')}\n`
}

/** A bundle without the configuration is still useful. */
function readConfig(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
