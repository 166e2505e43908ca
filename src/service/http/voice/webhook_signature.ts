import type { FastifyRequest } from 'fastify'
import type { Secret } from '../../../host/secret.ts'
import { isSignedByTwilio } from '../../messaging/twilio/twilio_signature.ts'
import type { VoiceAddresses } from '../../messaging/voice/voice_address.ts'

/** A request of the provider about one call. */
export type Webhook = FastifyRequest<{ Params: { txid: string } }>

/** Authenticates webhooks: the provider signs them, and each URL has the key of its call. */
export class WebhookSignature {
  readonly #addresses: VoiceAddresses
  readonly #authToken: Secret

  constructor(addresses: VoiceAddresses, authToken: Secret) {
    this.#addresses = addresses
    this.#authToken = authToken
  }

  /**
   * @param key From the query of the URL.
   * @returns Why a request is refused; `undefined` if it is genuine.
   */
  findProblem(request: Webhook, fields: URLSearchParams, key: string): string | undefined {
    const signature = request.headers['x-twilio-signature']
    const url = this.#addresses.asCalled(request.url)
    if (
      typeof signature !== 'string' ||
      !isSignedByTwilio(url, fields, signature, this.#authToken.reveal())
    ) {
      return 'it is not signed by the auth token for this address; check auth_token and public_url'
    }
    const { txid } = request.params
    return this.#addresses.isKeyOf(txid, key) ? undefined : 'its key belongs to another call'
  }
}
