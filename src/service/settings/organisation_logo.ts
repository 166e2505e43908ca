import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { ServiceConfig } from '../config/service_config.ts'
import { readSetting, writeSetting } from '../store/settings.ts'
import type { StoreDb } from '../store/store.ts'
import { readPngSize } from './png.ts'
import { SettingError } from './setting_error.ts'

/** An image of the organisation. */
export interface Logo {
  readonly png: Buffer
  /** Begins its SHA-256, in hexadecimal; changes with the image. */
  readonly version: string
}

/** Limits of an uploaded image. */
export const logoLimits = { maxBytes: 200 * 1024, minPixels: 48, maxPixels: 1024 } as const

const imageRow = 'organisation_logo'
const versionRow = 'organisation_logo_version'
const versionLength = 16
const optionPath = 'service.logo_file'

/**
 * The organisation's logo: `logo_file` of countersign.cfg, or else the uploaded image. The version has a
 * row of its own, so that nodes read the image only after it has changed.
 */
export class OrganisationLogo {
  readonly #configured: Logo | undefined
  /** The line of countersign.cfg that fixes the logo. */
  readonly line: number | undefined
  #stored: Logo | undefined
  #version = ''

  constructor({ logoFile, writtenLines }: Pick<ServiceConfig, 'logoFile' | 'writtenLines'>) {
    this.#configured = logoFile === undefined ? undefined : toLogo(readFileSync(logoFile))
    this.line = logoFile === undefined ? undefined : writtenLines.get(optionPath)
  }

  /** As of the last `refresh`. */
  get current(): Logo | undefined {
    return this.#configured ?? this.#stored
  }

  /** Reads the stored image if it has changed. */
  async refresh(db: StoreDb): Promise<void> {
    const version = (await readSetting(versionRow, db)) ?? ''
    if (version === this.#version) return
    const image = version === '' ? '' : ((await readSetting(imageRow, db)) ?? '')
    this.#stored = image === '' ? undefined : toLogo(Buffer.from(image, 'base64'))
    this.#version = version
  }

  /**
   * Stores an image.
   *
   * @returns Its version.
   * @throws {SettingError} if it is not a PNG within the limits, or countersign.cfg sets the logo.
   */
  async store(image: Uint8Array, db: StoreDb): Promise<string> {
    this.#requireUnfixed()
    const problem = findLogoProblem(image)
    if (problem !== undefined) throw new SettingError('SETTING_INVALID', 'logo', problem)
    const { png, version } = toLogo(Buffer.from(image))
    await writeSetting(imageRow, png.toString('base64'), db)
    await writeSetting(versionRow, version, db)
    return version
  }

  /** Removes the stored image. @throws {SettingError} if countersign.cfg sets the logo. */
  async remove(db: StoreDb): Promise<void> {
    this.#requireUnfixed()
    await writeSetting(imageRow, '', db)
    await writeSetting(versionRow, '', db)
  }

  #requireUnfixed(): void {
    if (this.#configured === undefined) return
    const place = this.line === undefined ? '' : `:${this.line}`
    throw new SettingError(
      'SETTING_FIXED',
      'logo',
      `the logo is set by logo_file in countersign.cfg${place}; remove that line and restart the service to change it here`,
    )
  }
}

function findLogoProblem(image: Uint8Array): string | undefined {
  const { maxBytes, minPixels, maxPixels } = logoLimits
  if (image.length > maxBytes) {
    return `the logo has ${Math.ceil(image.length / 1024)} KB; choose an image of at most ${maxBytes / 1024} KB`
  }
  const size = readPngSize(image)
  if (size === undefined) return 'the logo is not a PNG image; save it as PNG'
  const sides = [size.width, size.height]
  if (sides.every((side) => side >= minPixels && side <= maxPixels)) return undefined
  return `the logo has ${size.width} by ${size.height} pixels; both sides must have ${minPixels} to ${maxPixels}`
}

function toLogo(png: Buffer): Logo {
  const hash = createHash('sha256').update(png).digest('hex')
  return { png, version: hash.slice(0, versionLength) }
}
