import { createHash } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Clock } from '../../../host/clock.ts'
import { allowedSkewMs, requestText } from '../../../push/signed_text.ts'
import { DeviceKey } from '../../authenticators/push/device_key.ts'
import type { PushDevice, PushDevices } from '../../authenticators/push/push_devices.ts'
import type { StoreDb } from '../../store/store.ts'
import { buildDeviceLimit, type DeviceLimit } from './device_limit.ts'
import type { RequestLimit } from './request_limit.ts'

/** Reasons for refusing a request of the app, with their HTTP status. */
export const appRefusals = {
  invalid: 400,
  unknown_device: 401,
  bad_signature: 401,
  clock_skew: 401,
  wrong_proof: 403,
  unknown_code: 404,
  not_found: 404,
  wrong_code: 409,
  code_used: 410,
  code_expired: 410,
  gone: 410,
  expired: 410,
  too_many_requests: 429,
  internal: 500,
} as const
export type AppRefusalCode = keyof typeof appRefusals

/** Refuses a request of the app. The code is for the app, the message for its developer. */
export class AppRefusal extends Error {
  override readonly name = 'AppRefusal'
  readonly code: AppRefusalCode

  constructor(code: AppRefusalCode, message: string) {
    super(message)
    this.code = code
  }
}

/** The phone that signed a request. */
export interface AdmittedDevice {
  readonly device: PushDevice
  readonly key: DeviceKey
}

const minuteMs = 60_000
const requestsPerMinute = 240

/** Authenticates the phone that signed a request, by the key that it registered. */
export class DeviceRequestGate {
  readonly #db: StoreDb
  readonly #devices: PushDevices
  readonly #clock: Clock
  readonly #limit: RequestLimit
  readonly #deviceLimit: DeviceLimit

  constructor(
    server: FastifyInstance,
    db: StoreDb,
    devices: PushDevices,
    limit: RequestLimit,
    clock: Clock,
  ) {
    this.#db = db
    this.#devices = devices
    this.#limit = limit
    this.#clock = clock
    this.#deviceLimit = buildDeviceLimit(server, {
      max: requestsPerMinute,
      timeWindow: minuteMs,
      keyGenerator: readPhoneId,
    })
  }

  /**
   * Authenticates a request. After the address has used up its refused requests, its look-ups run one at
   * a time: forged requests then don't block the phones of the same address, and use at most one
   * database connection.
   *
   * @throws {AppRefusal} if no phone signed the request, or the phone sends too many requests.
   */
  async admit(request: FastifyRequest): Promise<AdmittedDevice> {
    const admitted = await this.#limit.authenticate(
      request,
      (lookUp) => this.#verify(request, lookUp),
      (error) => error instanceof AppRefusal,
    )
    if (!(await this.#deviceLimit(request))) {
      throw new AppRefusal('too_many_requests', 'this phone sends too many requests')
    }
    await this.#devices.seen(admitted.device, this.#clock.now())
    return admitted
  }

  async #verify(request: FastifyRequest, lookUp: boolean): Promise<AdmittedDevice> {
    const time = header(request, 'x-countersign-time')
    if (!/^\d{1,15}$/.test(time))
      throw new AppRefusal('bad_signature', 'x-countersign-time is missing')
    if (Math.abs(Number(time) - this.#clock.now()) > allowedSkewMs) {
      throw new AppRefusal('clock_skew', 'the clock of the phone is more than five minutes off')
    }
    const phoneId = readPhoneId(request)
    const device = /^DP[A-Z0-9]{18}$/.test(phoneId)
      ? await (lookUp
          ? this.#devices.byPhone(phoneId, this.#db)
          : this.#devices.byPhoneInTurn(phoneId))
      : undefined
    const key = device === undefined ? undefined : DeviceKey.parse(device.publicKey)
    if (device === undefined || key === undefined) {
      throw new AppRefusal('unknown_device', 'this phone was removed, or was never activated')
    }
    const body = typeof request.body === 'string' ? request.body : ''
    const bodyHash = createHash('sha256').update(body).digest('hex')
    const text = requestText(request.method, request.raw.url ?? '', time, bodyHash)
    if (!key.verifies(text, header(request, 'x-countersign-signature'))) {
      throw new AppRefusal('bad_signature', 'the signature does not match the key of this phone')
    }
    return { device, key }
  }
}

function readPhoneId(request: FastifyRequest): string {
  return header(request, 'x-countersign-device')
}

function header({ headers }: FastifyRequest, name: string): string {
  const value = headers[name]
  return typeof value === 'string' ? value : ''
}
