import { join, relative } from 'node:path'
import { styleText } from 'node:util'
import type { DataLocation } from '../service/config/data_location.ts'
import { type FirstRun, firstRunFile } from './first_run_file.ts'

/** Printed by `countersign up` when everything listens: the addresses, and commands to copy. */
export function welcome(
  firstRun: FirstRun,
  { folder, databaseUrl }: DataLocation,
  passcode: string | undefined,
): string {
  const { service, radius } = firstRun
  const database = databaseUrl === undefined ? '' : ', database in PostgreSQL'
  const shown = (path: string): string => relative('.', path) || '.'
  const request = (word: string): string =>
    `echo 'User-Name=alice,User-Password=${word},Message-Authenticator=0x00' | radclient -t 60 -x ${radius.host}:${radius.port} auth ${radius.secret}`
  return `
${styleText('bold', 'Countersign is up.')}

  MFA service            https://${service.api_host}:${service.api_port}   (CA: ${shown(service.ca_file)})
  authentication proxy   ${radius.host}:${radius.port}/udp   (${shown(radius.cfg_file)})
  portal for users       ${service.portal_url}
  data                   ${shown(folder)}${database}   (logs: ${shown(join(folder, 'log'))})

${styleText('bold', 'Try a sign-in:')} one of alice's passcodes, the command that sends it, and the expected reply.

  ${styleText('cyan', passcode ?? 'alice no longer has a hardware token; add one: ./bin/countersign token --help')}
  ${styleText('cyan', request(passcode ?? 'PASSCODE'))}
  ${styleText('green', 'Received Access-Accept … Reply-Message = "Success. Logging you in..."')}

  Sending the same passcode again gets Access-Reject: each passcode works once.
${pushText(firstRun, request('push'))}
  Other values for the password: sms1, phone1. Their messages and calls are in the outbox:

  ${styleText('cyan', service.outbox_url ?? './bin/countersign outbox')}

${styleText('bold', 'Try the commands')} in another terminal:

  ${styleText('cyan', `export COUNTERSIGN_DATA=${quoted(folder)}`)}
  ${styleText('cyan', './bin/countersign user list')}

  Keys, secrets and alice's tokens: ${shown(firstRunFile(folder))}. Ctrl-C stops everything.
`
}

function pushText({ users }: FirstRun, request: string): string {
  const link = users.find((user) => user.push_activation_url !== undefined)?.push_activation_url
  const first =
    link === undefined
      ? "alice's phone is already activated."
      : `open this link in a browser, which then acts as alice's phone. Accept the certificate warning.

  ${styleText('cyan', link)}`
  return `
${styleText('bold', 'Try a push:')} ${first}

  ${styleText('cyan', request)}
`
}

/** Quotes a path for the shell. */
function quoted(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`
}
