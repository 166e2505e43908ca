import { fstatSync } from 'node:fs'
import { systemClock } from '../../host/clock.ts'
import type { Log } from '../../host/log.ts'
import { createFirstOwnerLink } from '../../service/administration/acts/administrators.ts'
import { Administration } from '../../service/administration/administration.ts'
import { AdministratorError } from '../../service/administrators/administrator.ts'
import { Administrators } from '../../service/administrators/administrators.ts'
import { administratorLink, type CreatedLink } from '../../service/administrators/links.ts'
import type { DataLocation } from '../../service/config/data_location.ts'
import { Store } from '../../service/store/store.ts'
import { cliActor } from './context.ts'
import { moment } from './output.ts'

/**
 * Prints a new link for the first owner while there is no administrator. If a log keeps the standard
 * output, names the command that prints the link instead.
 *
 * @param address The address of the panel, such as `https://mfa.example.com`.
 */
export async function inviteFirstOwner(
  location: DataLocation,
  address: string,
  log: Log,
): Promise<void> {
  const store = await Store.open({ ...location, migrate: false })
  try {
    if (await new Administrators().any(store.db)) return
    if (isLogged(process.stdout.fd, process.env)) {
      log.warn(
        "there is no administrator yet: run 'countersign admin link' on this machine, and open the link that it prints",
      )
      return
    }
    const administration = new Administration(store, systemClock, cliActor())
    const link = await administration.run(createFirstOwnerLink, {})
    process.stdout.write(firstOwnerText(link, address))
  } catch (error) {
    // another node may have been faster
    if (!(error instanceof AdministratorError)) throw error
  } finally {
    await store.close()
  }
}

/** Tells the person at the terminal to open the link. */
export function firstOwnerText({ code, expires }: CreatedLink, address: string): string {
  return `
There is no administrator yet. Open this link to become the first owner: you choose the e-mail
address, the password and the second factor. It works once; expires ${moment(expires)}:

  ${administratorLink(address, code)}

`
}

/** Whether a file or the journal of systemd keeps what is written to a descriptor. */
function isLogged(
  descriptor: number,
  { JOURNAL_STREAM, INVOCATION_ID }: Readonly<Record<string, string | undefined>>,
): boolean {
  const file = fstatSync(descriptor)
  if (file.isFile()) return true
  if (JOURNAL_STREAM === `${file.dev}:${file.ino}`) return true
  // a unit whose output goes to a pipe, such as that of a logger
  return INVOCATION_ID !== undefined && !file.isCharacterDevice()
}
