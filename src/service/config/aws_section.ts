import { resolve } from 'node:path'
import type { SectionKind } from '../../config/option.ts'
import type { Report } from '../../config/problem.ts'
import type { SectionValues } from '../../config/section_values.ts'
import { file, text } from '../../config/value_type.ts'
import type { Secret } from '../../host/secret.ts'
import { secureUrl } from './http_url_value.ts'
import { type ProviderChoice, requireBothOrNeither, requireKeys } from './provider_choice.ts'
import { secretValue } from './secret_value.ts'

export const awsSection = {
  name: 'aws',
  meaning: 'AWS End User Messaging',
  options: {
    region: { type: text, meaning: 'Region, such as eu-central-1' },
    access_key_id: {
      type: text,
      meaning:
        "Access key; default: the machine's role, environment or profile, as for every AWS program",
    },
    secret_access_key: { type: secretValue, meaning: 'Secret of access_key_id' },
    origination_identity: {
      type: text,
      meaning:
        'Sender of messages: number, sender ID or pool, by ID or ARN; default: AWS chooses one',
    },
    configuration_set: { type: text, meaning: 'Configuration set of messages and calls' },
    endpoint: {
      type: secureUrl('passcodes'),
      meaning: "Address that replaces the region's, such as that of a VPC",
    },
    ca_file: {
      type: file,
      meaning: 'PEM file of the certificate authority to trust for AWS, instead of the public ones',
    },
  },
} as const satisfies SectionKind

export interface AwsConfig {
  readonly region: string
  /** `undefined` for the credentials of the machine. */
  readonly credentials: { readonly accessKeyId: string; readonly secret: Secret } | undefined
  readonly originationIdentity: string | undefined
  readonly configurationSet: string | undefined
  readonly endpoint: string | undefined
  readonly caFile: string | undefined
}

/** @param folder Relative paths start here. */
export function readAwsSection(
  values: SectionValues<typeof awsSection.options>,
  choice: ProviderChoice,
  folder: string,
  report: Report,
): AwsConfig {
  requireKeys(choice, values, ['region'], report)
  requireBothOrNeither(values, 'access_key_id', 'secret_access_key', report)
  const accessKeyId = values.get('access_key_id')
  const secret = values.get('secret_access_key')
  const caFile = values.get('ca_file')
  return {
    region: values.get('region') ?? '',
    credentials:
      accessKeyId === undefined || secret === undefined ? undefined : { accessKeyId, secret },
    originationIdentity: values.get('origination_identity'),
    configurationSet: values.get('configuration_set'),
    endpoint: values.get('endpoint'),
    caFile: caFile === undefined ? undefined : resolve(folder, caFile),
  }
}
