import { defaultConfig, type ServiceConfig } from '../../src/service/config/service_config.ts'

/** Messages, calls and mail into the outbox, as `countersign up` writes it into its configuration. */
export function outboxProviders(): Pick<ServiceConfig, 'sms' | 'phone' | 'mail'> {
  const { sms, phone, mail } = defaultConfig('.')
  const provider = { kind: 'outbox' } as const
  return { sms: { ...sms, provider }, phone: { ...phone, provider }, mail: { ...mail, provider } }
}
