import type { OrganisationLogo } from '../../settings/organisation_logo.ts'
import { act } from '../act.ts'

interface LogoInput {
  readonly logo: OrganisationLogo
  /** A PNG. */
  readonly image: Uint8Array
}

/**
 * Replaces the logo of the organisation.
 *
 * @returns The version of the image.
 * @throws {SettingError}
 */
export const setLogo = act({
  name: 'logo_update',
  permits: ['settings.edit'],
  do: ({ db }, { logo, image }: LogoInput) => logo.store(image, db),
  log: ({ image }) => ({
    object: 'logo',
    objectKind: 'settings',
    objectId: 'logo',
    description: { bytes: image.length },
  }),
})

/** Removes the logo of the organisation. @throws {SettingError} */
export const removeLogo = act({
  name: 'logo_delete',
  permits: ['settings.edit'],
  do: ({ db }, { logo }: Pick<LogoInput, 'logo'>) => logo.remove(db),
  log: () => ({ object: 'logo', objectKind: 'settings', objectId: 'logo', description: '' }),
})
