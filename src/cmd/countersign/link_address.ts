import { ServiceAddress } from '../../service/compose/service_address.ts'
import { CommandError, type Context } from './context.ts'

/**
 * The address that links begin with: `public_url`, or where the service was when it last started.
 *
 * @throws {CommandError} where neither is known.
 */
export async function linkAddress({
  store,
  location,
}: Pick<Context, 'store' | 'location'>): Promise<string> {
  const address = location.config.publicUrl ?? (await new ServiceAddress(store).read())
  if (address !== undefined) return address
  throw new CommandError(
    'the address of the service is not known, which links begin with: start the service first, or set public_url',
  )
}
