import { readFileSync, statSync } from 'node:fs'
import { type CityResponse, Reader } from 'mmdb-lib'

/** Thrown if the file can't be used; the message names the file and says what to do, in one line. */
export class GeoipDatabaseError extends Error {
  override readonly name = 'GeoipDatabaseError'
  readonly code = 'GEOIP_DATABASE'
}

/**
 * A database of places by IP address (MaxMind DB File Format Specification 2.0), the format of GeoLite2
 * City, DB-IP City Lite and others.
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

  /** Reads the file again if it was replaced; an unreadable file changes nothing. */
  refresh(): void {
    const written = statSync(this.#file, { throwIfNoEntry: false })?.mtimeMs ?? this.#written
    if (written === this.#written) return
    this.#reader = openReader(this.#file)
    this.#written = written
  }

  /** @returns Such as `Berlin, Germany`; `undefined` if the address is not in the file. */
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
      `${file} can't be read as a database in MaxMind's format${code}; set geoip_database in [places] to an .mmdb file, or remove it`,
    )
  }
}
