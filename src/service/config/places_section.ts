import { resolve } from 'node:path'
import type { SectionKind } from '../../config/option.ts'
import type { SectionValues } from '../../config/section_values.ts'
import { file } from '../../config/value_type.ts'
import { type NamedNetwork, namedNetworks } from './network_value.ts'

export const placesSection = {
  name: 'places',
  meaning: 'How the origin of a sign-in is shown to users',
  options: {
    networks: {
      type: namedNetworks,
      meaning:
        'Networks or addresses of your own with the names that users know: `203.0.113.0/24 Berlin office, 10.0.0.0/8 company network`; the smallest of overlapping networks counts',
    },
    geoip_database: {
      type: file,
      meaning:
        "File in MaxMind's format, such as GeoLite2 City, with the places of all other addresses; read again when it changes",
    },
  },
} as const satisfies SectionKind

export interface PlacesConfig {
  readonly networks: readonly NamedNetwork[]
  readonly geoipDatabase: string | undefined
}

/** @param folder Relative paths start here. */
export function readPlacesSection(
  values: SectionValues<typeof placesSection.options>,
  folder: string,
): PlacesConfig {
  const database = values.get('geoip_database')
  return {
    networks: values.get('networks') ?? [],
    geoipDatabase: database === undefined ? undefined : resolve(folder, database),
  }
}
