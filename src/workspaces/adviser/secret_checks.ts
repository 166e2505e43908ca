import { Secret } from '../../host/secret.ts'
import type { Finding } from '../guide/finding.ts'
import { findControllerClients, groupSecrets, type ProxyFile } from './proxy_file.ts'

const check = 'secret'

/**
 * Checks that the controllers of a directory have one secret at all proxies, and that it is the one for AWS. No secret is
 * shown: they are compared by the HMAC of a random canary.
 *
 * @param forAws The secret that AWS has, or will have; `undefined` if it is not known.
 */
export function checkSecrets(
  files: readonly ProxyFile[],
  forAws: Secret | undefined,
  controllers: readonly string[],
): Finding[] {
  const clients = findControllerClients(files, controllers).map(({ file, client }) => ({
    place: `${secretKey(client.name)} in ${file}`,
    secret: client.secret,
  }))
  if (clients.length === 0) return []
  const secrets = clients.map(({ secret }) => secret)
  const groups = groupSecrets(forAws === undefined ? secrets : [forAws, ...secrets])
  const [wanted, ...all] = groups
  const own = forAws === undefined ? groups : all
  const reference = wanted ?? 0
  const different = clients.filter((_client, index) => own[index] !== reference)
  const against = forAws === undefined ? clients[0]?.place : 'the secret for AWS'
  if (different.length === 0) {
    const what =
      forAws === undefined
        ? 'Every radius_ip_N of a controller has the same secret.'
        : 'Every radius_ip_N of a controller has the secret for AWS.'
    return [{ severity: 'ok', check, what }, ...checkFiles(files)]
  }
  const hasBlanks =
    forAws !== undefined &&
    differsInBlanks(
      forAws,
      different.map(({ secret }) => secret),
    )
  return [
    ...different.map(
      ({ place }): Finding => ({
        severity: 'error',
        check,
        what: `${place} differs from ${against}.`,
        ...(hasBlanks
          ? {
              why: 'The secret for AWS begins or ends with a blank, tab or carriage return; without it, both are equal.',
              todo: 'Remove it from the file with the secret.',
            }
          : {
              why: 'AWS has one secret for all servers and controllers. It ignores replies that are signed with another one.',
              todo: 'Write the same secret everywhere, and run authproxyctl reload.',
            }),
      }),
    ),
    ...checkFiles(files),
  ]
}

/** Whether a secret without the blanks around it is equal to all others. */
function differsInBlanks(secret: Secret, others: readonly Secret[]): boolean {
  const bare = secret.reveal().trim()
  if (bare === secret.reveal()) return false
  return new Set(groupSecrets([new Secret(bare), ...others])).size === 1
}

/** Two proxies of one directory should have the identical file. */
function checkFiles(files: readonly ProxyFile[]): Finding[] {
  const prints = new Set(files.map(({ fingerprint }) => fingerprint))
  if (files.length < 2) return []
  const shown = files.map(({ file, fingerprint }) => `${file} ${fingerprint}`).join(', ')
  return [
    prints.size === 1
      ? {
          severity: 'ok',
          check: 'same-file',
          what: `All proxies have the same file (${shown}).`,
        }
      : {
          severity: 'warning',
          check: 'same-file',
          what: `The files of the proxies differ (${shown}).`,
          why: 'The directory asks either proxy for the same sign-in; both must decide alike.',
          todo: 'Copy one file to all proxies, unless they need different settings.',
        },
  ]
}

function secretKey(name: string): string {
  return name.replace('radius_ip', 'radius_secret')
}
