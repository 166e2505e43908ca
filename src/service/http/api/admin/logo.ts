import { z } from 'zod'
import { AuthApiFailure, failures } from '../../../../duo/index.ts'
import { type Endpoint, endpoint } from './endpoint.ts'

/**
 * The logo of the organisation (duo.com/docs/adminapi, "Logo").
 *
 * @param logo The PNG, if there is one.
 */
export function logoEndpoints(logo: () => Uint8Array | undefined): readonly Endpoint[] {
  return [
    endpoint({
      method: 'GET',
      path: '/admin/v1/logo',
      permission: 'adminapi_settings',
      summary: 'Shows the logo of the organisation, as PNG without an envelope.',
      parameters: {},
      response: z.custom<Uint8Array>((value) => value instanceof Uint8Array),
      answer: async () => {
        const image = logo()
        if (image === undefined) throw new AuthApiFailure(failures.notFound, 'logo')
        return image
      },
    }),
  ]
}
