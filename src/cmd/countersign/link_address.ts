import { ServiceAddress } from '../../service/compose/service_address.ts'
import { buildAdminUrl } from '../../service/config/public_url.ts'
import { CommandError, type Context } from './context.ts'

/**
 * The address for links: `public_url`, or that of the service when it last started.
 *
 * @throws {CommandError} if neither is known.
 */
export async function linkAddress({
  store,
  location,
}: Pick<Context, 'store' | 'location'>): Promise<string> {
  const address = location.config.publicUrl ?? (await new ServiceAddress(store).read())
  if (address !== undefined) return address
  throw new CommandError(
    'the address of the service for links is unknown; start the service once, or set public_url',
  )
}

/** The same for links of administrators, which lead to the panel. */
export async function adminLinkAddress(
  context: Pick<Context, 'store' | 'location'>,
): Promise<string> {
  return buildAdminUrl(context.location.config.adminHost, await linkAddress(context))
}
