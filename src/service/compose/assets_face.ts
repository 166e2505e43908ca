import { resolve } from 'node:path'
import type { Face } from '../http/server/http_server.ts'
import { addAssets } from '../http/web/assets/assets.ts'
import { addPages } from '../http/web/assets/pages.ts'

const builtApps = resolve(import.meta.dirname, '../../../web/dist')

/** @param folder The built browser apps; by default where `npm run build:web` puts them. */
export function composeAssets(folder = builtApps): Face[] {
  return [addPages, (server) => addAssets(server, folder)]
}
