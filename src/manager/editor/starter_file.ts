/** What the guided start asks for. */
export interface StarterAnswers {
  readonly product: string
  readonly ikey: string
  readonly skey: string
  readonly apiHost: string
  readonly apiPort: number
  /** PEM file of the authority that issued the certificate of the service; empty for a public one. */
  readonly caFile: string
  readonly clients: readonly { readonly address: string; readonly secret: string }[]
  readonly port: number
  readonly failmode: 'safe' | 'secure'
}

/** A product that the guided start knows. */
export interface StarterProduct {
  readonly id: string
  readonly title: string
  /** Who checks the password, and what the proxy adds. */
  readonly description: string
  /** What a RADIUS client is called there. */
  readonly clientLabel: string
  readonly clientHint: string
  /** How many clients the form begins with. */
  readonly clients: number
  /** All clients are parts of one appliance, which knows one secret only. */
  readonly sharesSecret?: boolean
  /** Comment lines about the settings on the other side. `{port}` stands for the RADIUS port. */
  readonly otherSide: readonly string[]
}

export const starterProducts: readonly StarterProduct[] = [
  {
    id: 'workspaces',
    title: 'Amazon WorkSpaces',
    description:
      'The directory (AD Connector or AWS Managed Microsoft AD) checks the password, and asks this proxy for the second factor.',
    clientLabel: 'Directory address',
    clientHint: 'AD Connector: Directory IP address. Managed AD: DNS address',
    clients: 2,
    sharesSecret: true,
    otherSide: [
      'in the AWS console: protocol PAP, port {port}, server timeout 20 seconds, retries 4, the same secret',
      'in the security group of this machine: UDP port {port} from the addresses below',
    ],
  },
  {
    id: 'vpn',
    title: 'RADIUS for a VPN',
    description:
      'The VPN checks the password itself (for example against a directory), and asks this proxy for the second factor.',
    clientLabel: 'VPN address',
    clientHint:
      'The address that the requests come from; with high availability, that of every node',
    clients: 1,
    otherSide: [
      'on the VPN: protocol PAP, timeout 60 seconds or more, one retransmission at most, the same secret',
      'one server only, or the second one as a backup: otherwise users get two pushes',
    ],
  },
  {
    id: 'other',
    title: 'Another RADIUS client',
    description: 'Anything that speaks RADIUS with PAP and has checked the password already.',
    clientLabel: 'Client address',
    clientHint: 'An address, a network (10.0.0.0/24) or a range (10.0.0.1-10.0.0.9)',
    clients: 1,
    otherSide: ['on the client: protocol PAP, timeout 60 seconds or more, the same secret'],
  },
]

/** What `failmode` means for users. */
export const failmodeMeaning = {
  secure: 'While the service is down, all logins are rejected.',
  safe: 'While the service is down, the password alone is enough. An attacker who can block the connection skips the second factor.',
} as const

/** Writes the file that the guided start ends with. */
export function buildStarterFile(answers: StarterAnswers): string {
  const product = starterProducts.find(({ id }) => id === answers.product)
  const lines = [
    `; ${product?.title ?? 'RADIUS'}: created by the Proxy Manager`,
    '; the file contains secrets: only the account of the proxy may read it',
    '',
    '[main]',
    'log_auth_events=true',
    '',
    '; the RADIUS client checks the password',
    '[duo_only_client]',
    '',
    ...(product?.otherSide ?? []).map(
      (line) => `; ${line.replace('{port}', String(answers.port))}`,
    ),
    '[radius_server_duo_only]',
    `ikey=${answers.ikey.trim()}`,
    `skey=${answers.skey.trim()}`,
    `api_host=${answers.apiHost.trim()}`,
    ...(answers.apiPort === 443 ? [] : [`api_port=${answers.apiPort}`]),
    ...(answers.caFile.trim() === '' ? [] : [`http_ca_certs_file=${answers.caFile.trim()}`]),
    `port=${answers.port}`,
    ...answers.clients.flatMap(({ address, secret }, index) => [
      `radius_ip_${index + 1}=${address.trim()}`,
      `radius_secret_${index + 1}=${secret.trim()}`,
    ]),
    `; ${failmodeMeaning[answers.failmode]}`,
    `failmode=${answers.failmode}`,
  ]
  return `${lines.join('\n')}\n`
}
