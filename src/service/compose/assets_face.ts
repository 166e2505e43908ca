import { join } from 'node:path'
import { programRoot } from '../../host/program_root.ts'
import type { Face } from '../http/server/http_server.ts'
import { addAssets } from '../http/web/assets/assets.ts'
import { addAuthorityCertificate } from '../http/web/assets/authority_certificate.ts'
import { addOrganisationLogo } from '../http/web/assets/organisation_logo.ts'
import { addPages } from '../http/web/assets/pages.ts'
import type { Organisation } from '../settings/organisation.ts'

const builtApps = join(programRoot, 'web/dist')

/**
 * @param authorityFile The certificate of our own authority, if it issued that of the service.
 * @param folder The built browser apps; by default where `npm run build:web` puts them.
 */
export function composeAssets(
  organisation: Organisation,
  authorityFile: string | undefined,
  folder = builtApps,
): Face[] {
  return [
    (server) => addPages(server, () => organisation.name),
    async (server) => addOrganisationLogo(server, () => organisation.logo),
    async (server) => addAuthorityCertificate(server, authorityFile),
    (server) => addAssets(server, folder),
  ]
}
