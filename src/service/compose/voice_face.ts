import { CallKeys } from '../authenticators/call/call_keys.ts'
import type { PhoneConfig } from '../config/phone_section.ts'
import type { Face } from '../http/server/http_server.ts'
import { OutboxCalls } from '../http/voice/outbox_calls.ts'
import { addVoice } from '../http/voice/voice.ts'
import { WebhookSignature } from '../http/voice/webhook_signature.ts'
import type { Domain } from './domain.ts'

/** How answers to calls arrive: by webhook, or through the outbox. */
export interface VoiceFaces {
  readonly faces: readonly Face[]
  readonly outboxCalls: OutboxCalls | undefined
}

/** Composes `/voice/v1` for the provider that sends webhooks, or the calls of the outbox. */
export function composeVoice(domain: Domain, phone: PhoneConfig): VoiceFaces {
  const { store, signIn, transactions, organisation, addresses, outbox, clock, log } = domain
  const callKeys = new CallKeys(
    store.db,
    transactions,
    signIn.settlement,
    organisation,
    addresses,
    phone,
  )
  const { provider } = phone
  switch (provider.kind) {
    case 'twilio': {
      const signature = new WebhookSignature(addresses, provider.twilio.authToken)
      const face: Face = (server) => addVoice(server, callKeys, signature, clock, log)
      return { faces: [face], outboxCalls: undefined }
    }
    case 'outbox':
      return { faces: [], outboxCalls: new OutboxCalls(outbox, callKeys) }
    default:
      return { faces: [], outboxCalls: undefined }
  }
}
