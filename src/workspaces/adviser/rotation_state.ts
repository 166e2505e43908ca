import { existsSync, rmSync } from 'node:fs'
import { readRegularFile } from '../../host/regular_file.ts'
import { createFile, replaceFile } from '../../host/replace_file.ts'

const steps = ['files', 'aws', 'verify', 'end'] as const

/** How far a rotation is. It contains no secret: those are in `authproxy.cfg`. */
export interface RotationState {
  readonly directoryId: string
  /** The step that has begun. */
  readonly step: (typeof steps)[number]
  /** When AWS was given the new secret, in milliseconds since 1970. */
  readonly updatedAt: number | null
}

/** Keeps the state of a rotation beside the first `authproxy.cfg`, so that a further run resumes it. */
export class RotationStore {
  readonly file: string

  /** @param cfg The first `authproxy.cfg`. */
  constructor(cfg: string) {
    this.file = `${cfg}.rotation`
  }

  read(): RotationState | undefined {
    if (!existsSync(this.file)) return undefined
    const found: unknown = JSON.parse(readRegularFile(this.file).toString('utf8'))
    if (isState(found)) return found
    throw new Error(
      `${this.file} is not a file of this program; remove it, and check radius_secret_N in authproxy.cfg by hand`,
    )
  }

  write(state: RotationState): void {
    const text = `${JSON.stringify(state)}\n`
    if (existsSync(this.file)) replaceFile(this.file, text)
    else createFile(this.file, text)
  }

  remove(): void {
    rmSync(this.file, { force: true })
  }
}

function isState(value: unknown): value is RotationState {
  return (
    typeof value === 'object' &&
    value !== null &&
    'directoryId' in value &&
    typeof value.directoryId === 'string' &&
    'step' in value &&
    steps.some((step) => step === value.step) &&
    'updatedAt' in value
  )
}
