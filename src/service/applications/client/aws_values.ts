import type { RadiusFacts } from './product.ts'

/** One value to type into the AWS console. */
export interface AwsValue {
  /** As the console names the field. */
  readonly field: string
  readonly value: string
  readonly secret?: true
  readonly because: string
}

/**
 * What to type into the MFA settings of an AWS directory (AD Connector or Managed Microsoft AD).
 *
 * @param proxies Addresses of the authentication proxies as the directory reaches them; may be empty.
 * @param controllers Addresses of the directory's controllers.
 */
export function awsValues(
  { timeoutSecs, retries, protocol }: Pick<RadiusFacts, 'timeoutSecs' | 'retries' | 'protocol'>,
  {
    proxies,
    controllers,
    radiusPort,
    radiusSecret,
  }: {
    readonly proxies: readonly string[]
    readonly controllers: readonly string[]
    readonly radiusPort: number
    readonly radiusSecret: string | undefined
  },
): readonly AwsValue[] {
  const sources = controllers.length === 0 ? 'both controllers' : controllers.join(' and ')
  return [
    {
      field: 'RADIUS server IP addresses',
      value: proxies.join(', '),
      because:
        'The addresses of the machines that run the authentication proxy, or of a load balancer before them.',
    },
    { field: 'Port', value: String(radiusPort), because: 'The UDP port of the proxy.' },
    {
      field: 'Shared secret code',
      value: radiusSecret ?? '',
      secret: true,
      because: 'The secret of both controllers in authproxy.cfg.',
    },
    {
      field: 'Protocol',
      value: protocol,
      because:
        'CHAP and MS-CHAP work too, but hide what the user typed: bypass codes and YubiKeys can’t be used, and a typing error counts as a wrong passcode.',
    },
    {
      field: 'Server timeout (in seconds)',
      value: String(timeoutSecs),
      because:
        'The same as in the settings of this application, so that a retry joins the push that waits. With more than 20 seconds the directory can’t try a second server.',
    },
    {
      field: 'Max RADIUS request retries',
      value: String(retries),
      because:
        'A retry that comes when the timeout says so, also to another proxy, joins the push that the user sees already. Use the same number here and in the settings of this application.',
    },
    {
      field: 'Security group of the proxy, inbound rule',
      value: `UDP ${radiusPort} from ${sources}`,
      because: 'The group of the directory must also allow UDP outbound to the proxy.',
    },
  ]
}
