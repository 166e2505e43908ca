import { readFileSync, statSync } from 'node:fs'
import { type CityResponse, Reader } from 'mmdb-lib'

/** The file can't be used; the message is one line that names it and says what to do. */
export class GeoipDatabaseError extends Error {
  override readonly name = 'GeoipDatabaseError'
  readonly code = 'GEOIP_DATABASE'
}

/**
 * A file of places by address in MaxMind's format (MaxMind DB File Format Specification 2.0), as
 * GeoLite2 City, DB-IP City Lite and others are published.
 */
export class GeoipDatabase {
  readonly #file: string
  #reader: Reader<CityResponse>
  #written: number

  private constructor(file: string, reader: Reader<CityResponse>, written: number) {
    this.#file = file
    this.#reader = reader
    this.#written = written
  }

  /** @throws {GeoipDatabaseError} */
  static open(file: string): GeoipDatabase {
    return new GeoipDatabase(file, openReader(file), statSync(file).mtimeMs)
  }

  /** Reads the file again where another one lies there; one that can't be read changes nothing. */
  refresh(): void {
    const written = statSync(this.#file, { throwIfNoEntry: false })?.mtimeMs ?? this.#written
    if (written === this.#written) return
    this.#reader = openReader(this.#file)
    this.#written = written
  }

  /** @returns As `Berlin, Germany`; `undefined` where it is not in the file. */
  placeOf(address: string): string | undefined {
    const found = this.#reader.get(address)
    const names = [found?.city?.names.en, found?.country?.names.en].filter((name) => name)
    return names.length === 0 ? undefined : names.join(', ')
  }
}

function openReader(file: string): Reader<CityResponse> {
  try {
    return new Reader<CityResponse>(readFileSync(file))
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${error.code})` : ''
    throw new GeoipDatabaseError(
      `${file} is no database in MaxMind's format that can be read${code}; name an .mmdb file in geoip_database of [places], or leave it out`,
    )
  }
}
