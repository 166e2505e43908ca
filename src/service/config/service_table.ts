import type { ConfigTable } from '../../config/option.ts'
import { authApiSection } from './auth_api_section.ts'
import { awsSection } from './aws_section.ts'
import { connectionsSection } from './connections_section.ts'
import { httpGatewaySection } from './http_gateway_section.ts'
import { lockoutSection } from './lockout_section.ts'
import { logsSection } from './logs_section.ts'
import { mailSection } from './mail_section.ts'
import { phoneSection } from './phone_section.ts'
import { placesSection } from './places_section.ts'
import { pushSection } from './push_section.ts'
import { serviceSection } from './service_section.ts'
import { smsSection } from './sms_section.ts'
import { twilioSection } from './twilio_section.ts'

/** Every section and key of `countersign.cfg`. */
export const serviceTable: ConfigTable = {
  sections: [
    serviceSection,
    authApiSection,
    connectionsSection,
    lockoutSection,
    pushSection,
    logsSection,
    placesSection,
    smsSection,
    phoneSection,
    twilioSection,
    awsSection,
    httpGatewaySection,
    mailSection,
  ],
  page: 'docs/countersign.cfg.md',
  unknownKeys: 'error',
  emptyValues: 'unset',
  sameSections: 'merged',
  sectionCase: 'ignored',
}
