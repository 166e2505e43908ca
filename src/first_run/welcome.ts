import { relative } from 'node:path'
import { styleText } from 'node:util'
import { type FirstRun, firstRunFile } from './first_run_file.ts'

/** What a person sees who has started everything for the first time: three lines to copy. */
export function welcome(firstRun: FirstRun, folder: string, passcode: string | undefined): string {
  const { service, radius } = firstRun
  const shown = (path: string): string => relative('.', path) || '.'
  const request = `echo 'User-Name=alice,User-Password=${passcode ?? 'PASSCODE'},Message-Authenticator=0x00' | radclient -x ${radius.host}:${radius.port} auth ${radius.secret}`
  return `
${styleText('bold', 'Countersign is up.')}

  MFA service            https://${service.api_host}:${service.api_port}   (CA: ${shown(service.ca_file)})
  authentication proxy   ${radius.host}:${radius.port}/udp   (${shown(radius.cfg_file)})

${styleText('bold', 'Try a sign-in:')} a passcode for alice, a RADIUS request, what comes back.

  ${styleText('cyan', passcode ?? 'alice has no hardware token any more; make one: ./bin/countersign token --help')}
  ${styleText('cyan', request)}
  ${styleText('green', 'Received Access-Accept … Reply-Message = "Success. Logging you in..."')}

  The same passcode again comes back as Access-Reject: each works once.
  Keys, secrets and alice's tokens: ${shown(firstRunFile(folder))}. Ctrl-C stops everything.
`
}
