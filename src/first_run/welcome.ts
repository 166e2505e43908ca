import { join, relative } from 'node:path'
import { styleText } from 'node:util'
import { renderUnicodeCompact } from 'uqr'
import { shellWord } from '../host/shell_word.ts'
import type { DataLocation } from '../service/config/data_location.ts'
import { type FirstRun, firstRunFile } from './first_run_file.ts'

/** What the welcome says if other machines can connect. */
export interface OtherMachines {
  /** The authority that they must trust; `undefined` if the configured certificate is from a different one. */
  readonly authority: { readonly url: string; readonly fingerprint: string } | undefined
}

/** Printed by `countersign up` when everything listens: the addresses, and commands to copy. */
export function welcome(
  firstRun: FirstRun,
  { folder, databaseUrl }: DataLocation,
  passcode: string | undefined,
  otherMachines: OtherMachines | undefined,
): string {
  const { service, radius, directory } = firstRun
  const database = databaseUrl === undefined ? '' : ', database in PostgreSQL'
  const shown = (path: string): string => relative('.', path) || '.'
  const request = (word: string): string =>
    `echo 'User-Name=alice,User-Password=${word},Message-Authenticator=0x00' | radclient -t 60 -x ${radius.host}:${radius.port} auth ${radius.secret}`
  return `
${styleText('bold', 'Open this page and sign in:')} ${styleText('cyan', directory?.sign_in_url ?? '')}

${signInText(firstRun, passcode)}
${pushText(firstRun, otherMachines !== undefined)}
${styleText('bold', 'Countersign is up.')} The Admin Panel: ${styleText('cyan', service.admin_url ?? '')}

${administratorText(firstRun, shown(firstRunFile(folder)))}
  MFA service            https://${service.api_host}:${service.api_port}   (CA: ${shown(service.ca_file)})
  authentication proxy   ${radius.host}:${radius.port}/udp   (${shown(radius.cfg_file)})
  WorkSpaces directory   ${directory?.url}   (simulated, with the AWS API)
  portal for users       ${service.portal_url}
  data                   ${shown(folder)}${database}   (logs: ${shown(join(folder, 'log'))})
${otherMachines === undefined ? '' : otherMachinesText(service.api_host, otherMachines)}
${styleText('bold', 'Try it with radclient:')} the passcode, if you have not used it on the page, and the reply.

  ${styleText('cyan', request(passcode ?? 'PASSCODE'))}
  ${styleText('green', 'Received Access-Accept … Reply-Message = "Success. Logging you in..."')}

  Sending the same passcode again gets Access-Reject. In place of the passcode: push, sms, phone. Test messages and
  calls are in the outbox of the Admin Panel:

  ${styleText('cyan', service.outbox_url ?? './bin/countersign outbox')}

${styleText('bold', 'Try the commands')} in another terminal:

  ${styleText('cyan', `export COUNTERSIGN_DATA=${shellWord(folder)}`)}
  ${styleText('cyan', './bin/countersign user list')}
  ${styleText('cyan', `./bin/authproxyctl --config ${shellWord(shown(radius.cfg_file))} status`)}

  ${styleText('cyan', `export WORKSPACES_DIRECTORY=${directory?.id} WORKSPACES_ENDPOINT=${directory?.url}`)}
  ${styleText('cyan', './bin/workspaces describe')}

  Keys, secrets and alice's tokens: ${shown(firstRunFile(folder))}. Ctrl-C stops everything.
`
}

const browserFirst =
  "open this link in a browser, which then acts as alice's phone. Accept the certificate warning."
const scanFirst =
  "scan this with a phone that trusts the authority, or open the link in a browser. It becomes alice's phone."

/** What to type into the sign-in page. */
function signInText({ users: [alice] }: FirstRun, passcode: string | undefined): string {
  const code =
    passcode === undefined
      ? 'MFA Code: push. alice no longer has a hardware token; add one: ./bin/countersign token --help'
      : `MFA Code: this passcode, which works once:

  ${styleText('cyan', passcode)}`
  return `  Username: ${styleText('cyan', alice?.username ?? '')}   Password: ${styleText('cyan', alice?.password ?? '')}   ${code}
`
}

function pushText({ users }: FirstRun, withPicture: boolean): string {
  const link = users.find((user) => user.push_activation_url !== undefined)?.push_activation_url
  const first =
    link === undefined
      ? "alice's phone is already activated."
      : `${withPicture ? scanFirst : browserFirst}

  ${styleText('cyan', link)}${withPicture ? `\n\n${renderUnicodeCompact(link, { border: 2 })}` : ''}`
  return `${styleText('bold', 'Then type push as MFA Code:')} ${first}
`
}

/** That other machines can connect, and what they must trust. */
function otherMachinesText(host: string, { authority }: OtherMachines): string {
  const trust =
    authority === undefined
      ? ''
      : `  They must trust the authority of its certificate (docs/trusting-the-ca.md). On a phone, open

  ${styleText('cyan', authority.url)}

  and compare the SHA-256 fingerprint before you install it:
  ${authority.fingerprint}
`
  return `
  --host: service and proxy listen on all addresses of this machine; other machines reach it as ${host}.
${trust}`
}

/** How to sign in to the panel. The password stays in the file: a terminal may be recorded. */
function administratorText({ admin }: FirstRun, file: string): string {
  return admin === undefined
    ? '  Sign in with your own account; add one: ./bin/countersign admin --help'
    : `  Sign in as ${admin.email}. Password and key for an authenticator app: "admin" in ${file}`
}
