import { z } from 'zod'
import { probeUsers } from '../guide/probe_users.ts'
import { estimatedDeadlineSecs } from '../guide/time_budget.ts'
import { faultsSchema } from './faults.ts'

/**
 * How well AWS's behaviour is established: `known` from AWS's documentation, API model or an observed packet; `unknown`
 * if no public text settles it, so that a test must hold for every value.
 */
export type Evidence = 'known' | 'unknown'

/** One assumption about how AWS's directory behaves. */
export interface Knob<Schema extends z.ZodType = z.ZodType> {
  readonly schema: Schema
  readonly default: z.output<Schema>
  readonly evidence: Evidence
  /** What the knob decides, and what is known about it. */
  readonly text: string
}

function knob<Schema extends z.ZodType>(
  schema: Schema,
  defaultValue: z.output<Schema>,
  evidence: Evidence,
  text: string,
): Knob<Schema> {
  return { schema, default: defaultValue, evidence, text }
}

const milliseconds = z.number().int().min(0).max(3_600_000)

const attributesSchema = z.strictObject({
  nasIp: z.enum(['controller', 'none']),
  nasId: z.string().min(1).max(253),
  nasPortType: z.number().int().min(0).max(0xffff_ffff).nullable(),
  serviceType: z.number().int().min(0).max(0xffff_ffff).nullable(),
  callingStation: z.enum(['none', 'clientIp']),
})

/** Every assumption that a capture from a real directory could settle, with the value used until then. */
export const knobTable = {
  order: knob(
    z.enum(['ad-first', 'radius-first']),
    'ad-first',
    'unknown',
    "Which factor is checked first. AWS's sources contradict each other: a blog says Active Directory first, the Managed AD guide says RADIUS first. The default for a MicrosoftAD directory is radius-first.",
  ),
  schedule: knob(
    z.enum(['server-major', 'round-major']),
    'server-major',
    'unknown',
    'Order of attempts: all attempts at the first server before the second (server-major), or one attempt at each server per round (round-major).',
  ),
  resend: knob(
    z.enum(['same-packet', 'new-id-same-auth', 'new-packet']),
    'new-packet',
    'unknown',
    'What a later attempt of the same login sends: the same octets, a new Identifier with the same Request Authenticator, or a new packet.',
  ),
  srcPort: knob(
    z.enum(['per-login', 'per-controller', 'per-packet']),
    'per-login',
    'unknown',
    'How long a controller keeps a UDP source port. With per-controller, a further port is opened when 256 requests are in flight.',
  ),
  deadlineMs: knob(
    milliseconds,
    estimatedDeadlineSecs * 1000,
    'unknown',
    'Time after which a login fails, whatever attempts remain. Inferred: AWS says that above a timeout of 20 s no second server is tried.',
  ),
  deadServerMemoryMs: knob(
    milliseconds,
    0,
    'unknown',
    'For how long a controller asks a server that did not answer after the others. 0: it does not remember such servers.',
  ),
  controllerPick: knob(
    z.enum(['random', 'round-robin', 'sticky-user']),
    'random',
    'unknown',
    'Which controller handles a login.',
  ),
  probeUsers: knob(
    z.array(z.string().min(1).max(253)).min(1).max(10),
    [...probeUsers],
    'unknown',
    "User names of the probe; each run uses the next one. Known: 'fakeusername' from both controllers at once (vzakharchenko/keycloak-radius-plugin#588). 'awsfakeuser' is not verified.",
  ),
  probePassword: knob(
    z.string().min(1).max(128),
    'badpassword',
    'unknown',
    'Password of the probe. It is hidden on the wire, so that no capture shows it without the shared secret.',
  ),
  probeProtocol: knob(
    z.enum(['configured', 'PAP']),
    'configured',
    'unknown',
    'Protocol of the probe: the one of the settings, or always PAP.',
  ),
  probeRule: knob(
    z.strictObject({ servers: z.enum(['any', 'all']), controllers: z.enum(['any', 'all']) }),
    { servers: 'any', controllers: 'all' },
    'unknown',
    'Which probes must get a valid reply for the status Completed: from any or all servers, at any or all controllers. Known: both controllers probe at once, and a reject is a valid reply.',
  ),
  probeTimeout: knob(
    z.union([z.literal('settings'), milliseconds.min(1)]),
    'settings',
    'unknown',
    'Time that a probe waits for a reply: the timeout of the settings, or milliseconds.',
  ),
  probeAttempts: knob(
    z.union([z.literal('settings'), z.number().int().min(1).max(11)]),
    1,
    'unknown',
    'Packets that a probe sends to each server until one is answered: as the settings say, or a number. Known: one packet from each controller was seen.',
  ),
  periodicProbeMs: knob(
    milliseconds,
    0,
    'unknown',
    'Interval of probes after the status is Completed. There is no evidence of such probes; 0 means none.',
  ),
  userNameForm: knob(
    z.enum(['as-typed', 'samaccountname', 'upn']),
    'as-typed',
    'unknown',
    'User-Name on the wire. Known: names of RADIUS server and directory must be identical; which form is sent is not documented.',
  ),
  failedMeans: knob(
    z.enum(['deny', 'password-only']),
    'deny',
    'unknown',
    'What a login gets while the status is Failed. AWS says that MFA is available when the status is Completed, and not what happens otherwise.',
  ),
  creatingMeans: knob(
    z.enum(['deny', 'password-only']),
    'deny',
    'known',
    'What a login gets while the status is Creating. AWS says that users cannot log in during set-up.',
  ),
  attrs: knob(
    attributesSchema,
    {
      nasIp: 'controller',
      nasId: 'none',
      nasPortType: null,
      serviceType: null,
      callingStation: 'none',
    },
    'unknown',
    "Attributes beside user name and credential. nasId: 'none', 'directoryId', or the text itself. RFC 2865 requires NAS-IP-Address or NAS-Identifier. No source mentions the address of the end user (callingStation).",
  ),
  messageAuthenticator: knob(
    z.enum(['none', 'send', 'send-and-require', 'send-require-first']),
    'none',
    'unknown',
    'Whether requests carry a Message-Authenticator, whether replies must, and whether it must come first (CVE-2024-3596). AWS has published nothing about it.',
  ),
  chapChallenge: knob(
    z.enum(['attr60', 'authenticator']),
    'attr60',
    'unknown',
    'Where the CHAP challenge is: in CHAP-Challenge, or the Request Authenticator is the challenge (RFC 2865 §2.2).',
  ),
  verifyMsChap2Success: knob(
    z.boolean(),
    true,
    'unknown',
    'Whether an accept without a correct MS-CHAP2-Success fails the login (RFC 2548 §2.3.3).',
  ),
  onChallenge: knob(
    z.enum(['fail-now', 'ignore-until-timeout']),
    'fail-now',
    'unknown',
    'What an Access-Challenge does. Known: challenges are not supported.',
  ),
  emptyMfa: knob(
    z.enum(['block-in-ui', 'send-empty', 'send-nothing']),
    'block-in-ui',
    'unknown',
    'An empty MFA field: the client does not send it, or the request has an empty credential, or none.',
  ),
  fqdn: knob(
    z.strictObject({
      addresses: z.enum(['first', 'all']),
      resolve: z.enum(['per-login', 'at-enable']),
    }),
    { addresses: 'all', resolve: 'per-login' },
    'unknown',
    'Whether a DNS name stands for all of its addresses or for the first, and when it is resolved.',
  ),
  faults: knob(
    faultsSchema,
    faultsSchema.parse({}),
    'known',
    'Faults of the network, for tests. The default is none.',
  ),
} as const

export type KnobName = keyof typeof knobTable
/** A value for every knob. */
export type Knobs = { readonly [Name in KnobName]: z.output<(typeof knobTable)[Name]['schema']> }
